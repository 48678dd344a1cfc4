/**
 * Times: an earlier moment of this past is started again, on a copy, under its own definitions, under others, or with a record that says
 * otherwise. Part of invariant 15. Which moment it is and what is changed follows from the last checksum: another in every run.
 */
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Address } from '../../messages/address.ts'
import { bringsItsOwn } from '../../runtime/identity.ts'
import type { Life } from '../host/life.ts'
import { Dice } from '../host/random.ts'
import type { Setup } from '../host/stage.ts'
import { comeBack } from './afterlife.ts'
import { altered } from './altered.ts'
import { workflowsOf, withChildren } from './known.ts'
import { Past } from './past.ts'
import { replay, type Replayed } from './replay.ts'

type Say = (life: Life, detail: string) => void

/** One life in so many ends with a look at other times. */
const SELDOM = 2

export async function otherTimes(life: Life, say: Say): Promise<void> {
  const { simulation } = life
  const past = Past.of(simulation)
  const dice = new Dice((past.expected.records.at(-1)?.sum ?? 0) ^ 0x15)
  if (dice.below(SELDOM) > 0) return
  const moment = momentOf(past, dice)
  if (moment === undefined) return
  const state = past.stateAt(moment)
  const setup = simulation.setup(life)
  const fromStart = past.isWhole
  const from = fromStart && dice.chance(0.5) ? 'start' : 'checkpoints'
  const own = replay(state, setup, from)
  for (const [address, { code, reason }] of own.stranded)
    if (code !== 'VERSION_MISSING')
      say(
        life,
        `${address} does not replay under its own definition after ${moment} batches: ${code}, ${reason}`,
      )
  const runs = [...own.actors.values()].filter(({ address }) => address.startsWith('workflow/'))
  // What came as data brings its own; who is held is another matter.
  const named = runs.filter(({ definition, held }) => !bringsItsOwn(definition) && held === null)
  if (named.length > 0 && (!fromStart || dice.chance(0.5))) {
    const { definition } = dice.pick(named)
    const [what, other] = otherSetup(setup, definition.hash, dice)
    const left = workflowsOf(other)
    const same = runs.filter(run => !bringsItsOwn(run.definition) && !left.has(run.definition.hash))
    const gone = same.map(({ address }) => address)
    const waiting = same.filter(({ held }) => held === null).map(({ address }) => address)
    if (dice.chance(0.3)) {
      for (const wrong of await comeBack(state, { own: setup, other }, waiting)) say(life, wrong)
      return
    }
    onlyThese(
      detail => say(life, detail),
      `with ${definition.name} ${what}`,
      own,
      replay(state, other, from),
      gone,
      'VERSION_MISSING',
    )
  } else if (fromStart) {
    const whole = from === 'start' ? own : replay(state, setup, 'start')
    const change = altered(state, whole.actors, dice)
    if (change === undefined) return
    onlyThese(
      detail => say(life, detail),
      change.what,
      whole,
      replay(change.state, setup, 'start'),
      [change.actor],
      'REPLAY_DIVERGED',
    )
  }
}

/** After so many batches a run was alive; any moment where none ever was. */
function momentOf({ standing, batches }: Past, dice: Dice): number | undefined {
  const runs = [...standing.actors].filter(([address]) => address.startsWith('workflow/'))
  const run = runs.length === 0 ? undefined : dice.pick(runs)[1]
  const since = run?.createdSeq ?? 0
  const until = run?.ending?.seq ?? Number.POSITIVE_INFINITY
  let last = 0
  const moments: number[] = []
  for (const [index, { signals }] of batches.entries()) {
    last = signals.at(-1)?.seq ?? last
    if (last >= since && last < until) moments.push(index + 1)
  }
  return moments.length === 0 ? undefined : dice.pick(moments)
}

/** The same process, but for one workflow: gone, of another version, or of that version and another structure. */
function otherSetup(setup: Setup, hash: string, dice: Dice): [string, Setup] {
  const workflows = (setup.workflows ?? []) as readonly AnyWorkflow[]
  const own = workflowsOf(setup).get(hash)
  // As a step of others it would be known with them.
  const others = workflows.filter(each => own === undefined || !withChildren([each]).includes(own))
  const change = dice.below(3)
  if (change === 0 || own === undefined) return ['gone', { ...setup, workflows: others }]
  const instead =
    change === 1
      ? { ...inherited(own), version: `${own.version}.other` }
      : { ...inherited(own), structure: ['other', own.structure] }
  return [
    change === 1 ? 'of another version' : 'of another structure',
    { ...setup, workflows: [...others, instead] },
  ]
}

/** It takes over no runs: which it could is another matter. */
function inherited(own: AnyWorkflow): AnyWorkflow {
  const { kind, name, version, input, machine, flow, structure, tasks, children, undoable, surface } = own
  const same = { kind, name, version, input, machine, flow, structure, tasks, children, undoable, surface }
  const define: AnyWorkflow['define'] = (hash, host) => ({
    ...own.define(hash, host),
    carry: snapshot => ({ snapshot, reasons: ['it is another one'] }),
  })
  return { ...same, migrate: undefined, preflight: undefined, define }
}

/** These are held for that reason, and everybody else is as before. */
function onlyThese(
  say: (detail: string) => void,
  what: string,
  own: Replayed,
  other: Replayed,
  held: readonly Address[],
  code: string,
): void {
  for (const address of held)
    if (other.stranded.get(address)?.code !== code)
      say(`${what}: ${address} is ${other.stranded.get(address)?.code ?? 'not held'} instead of ${code}`)
  for (const [address, { code: found }] of other.stranded)
    if (!held.includes(address) && !own.stranded.has(address))
      say(`${what}: ${address} is held as well: ${found}`)
  for (const [address, record] of own.actors)
    if (!held.includes(address) && JSON.stringify(other.actors.get(address)) !== JSON.stringify(record))
      say(`${what}: ${address} is not what it was`)
}

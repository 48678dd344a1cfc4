/**
 * Invariant 15: an old history replays identically on its own version, or is held. At each start exactly those are held whose definition
 * is not there; and at the end an earlier moment of this past is started again, on a copy, under other definitions or with a record
 * that says otherwise. Which moment and what is changed follows from the last checksum.
 */
import type { AnyWorkflow } from '../../actors/workflow.ts'
import type { Address } from '../../messages/address.ts'
import type { Life } from '../host/life.ts'
import { Dice } from '../host/random.ts'
import type { Setup } from '../host/stage.ts'
import { comeBack } from './afterlife.ts'
import { altered } from './altered.ts'
import { isKnown } from './definitions.ts'
import type { Invariant } from './invariant.ts'
import { Past } from './past.ts'
import { replay, type Replayed } from './replay.ts'
import { leftBehind } from './tail.ts'

export const oldHistory: Invariant = {
  number: 15,
  promise: 'An old history replays identically on its own version, is migrated, or is held.',
  watch: () => ({
    starting: ({ simulation }) => void Past.of(simulation),
    durable: (batch, life) => {
      const past = Past.of(life.simulation)
      past.take(batch)
      for (const address of leftBehind(batch, past))
        if (isMissing(address, life)) say(life, `the tail moved past what ${address} needs, which is held`)
    },
    up: heldRightly,
    drained: async life => {
      heldRightly(life)
      await otherTimes(life)
    },
  }),
}

const say = (life: Life, detail: string): void => life.simulation.break(15, detail)

/** A run whose definition is not registered in this process life. */
function isMissing(address: Address, life: Life): boolean {
  const { simulation } = life
  const past = Past.of(simulation)
  const created = address.startsWith('workflow/')
    ? past.signal(past.standing.get(address)?.createdSeq ?? 0)
    : undefined
  return created !== undefined && !isKnown(simulation.setup(life), created)
}

/** Runs whose definition is not registered are held, all of them and no others. */
function heldRightly(life: Life): void {
  const { runtime, simulation } = life
  if (!['running', 'draining'].includes(runtime.status().hub)) return
  const past = Past.of(simulation)
  const held = new Map<string, string>(runtime.held().map(({ address, code }) => [address, code]))
  for (const [address, { alive, createdSeq }] of past.standing.actors) {
    if (!alive || !address.startsWith('workflow/') || past.signal(createdSeq) === undefined) continue
    const missing = isMissing(address, life)
    if (held.get(address) === 'REPLAY_DIVERGED') say(life, `${address} is held: it did not replay as it was`)
    else if (missing !== (held.get(address) === 'VERSION_MISSING'))
      say(
        life,
        `${address} is ${held.get(address) ?? 'not'} held, and its definition is ${missing ? 'not ' : ''}there`,
      )
  }
}

/** One life in so many ends with a look at other times. */
const SELDOM = 2

async function otherTimes(life: Life): Promise<void> {
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
  const runs = [...own.actors.values()].filter(({ address }) => address.startsWith('workflow/'))
  // A graph brings its own; who is held is another matter.
  const named = runs.filter(({ definition, held }) => definition.name !== 'graph' && held === null)
  if (named.length > 0 && (!fromStart || dice.chance(0.5))) {
    const { definition } = dice.pick(named)
    const [what, other] = otherSetup(setup, definition, dice)
    const same = runs.filter(run => run.definition.hash === definition.hash)
    const gone = same.map(({ address }) => address)
    const waiting = same.filter(({ held }) => held === null).map(({ address }) => address)
    if (dice.chance(0.3)) {
      for (const wrong of await comeBack(state, { own: setup, other }, waiting)) say(life, wrong)
      return
    }
    onlyThese(
      life,
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
      life,
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

/** The same process, but for one workflow: gone, of another version, or of that version with another plan. */
function otherSetup(
  setup: Setup,
  { name, version }: { name: string; version: string },
  dice: Dice,
): [string, Setup] {
  const workflows = (setup.workflows ?? []) as readonly AnyWorkflow[]
  const isIt = (known: AnyWorkflow): boolean => known.name === name && known.version === version
  const change = dice.below(3)
  if (change === 0) return ['gone', { ...setup, workflows: workflows.filter(known => !isIt(known)) }]
  const changed = (known: AnyWorkflow): AnyWorkflow => {
    const { kind, input, plan, declared } = known
    const steps = plan.steps.slice(0, -1)
    return change === 1 || plan.steps.length < 2
      ? { kind, name, input, plan, declared, version: `${version}.other` }
      : { kind, name, input, version, plan: { ...plan, steps }, declared: declared.slice(0, -1) }
  }
  return [
    change === 1 ? 'of another version' : 'of another plan',
    { ...setup, workflows: workflows.map(known => (isIt(known) ? changed(known) : known)) },
  ]
}

/** These are held for that reason, and everybody else is as before. */
function onlyThese(
  life: Life,
  what: string,
  own: Replayed,
  other: Replayed,
  held: readonly Address[],
  code: string,
): void {
  for (const address of held)
    if (other.stranded.get(address)?.code !== code)
      say(
        life,
        `${what}: ${address} is ${other.stranded.get(address)?.code ?? 'not held'} instead of ${code}`,
      )
  for (const [address, { code: found }] of other.stranded)
    if (!held.includes(address) && !own.stranded.has(address))
      say(life, `${what}: ${address} is held as well: ${found}`)
  for (const [address, record] of own.actors)
    if (!held.includes(address) && JSON.stringify(other.actors.get(address)) !== JSON.stringify(record))
      say(life, `${what}: ${address} is not what it was`)
}

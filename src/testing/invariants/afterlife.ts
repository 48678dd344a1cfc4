/**
 * Afterlife: what becomes of a run whose definition is away for a while: on a copy of some moment of the past one process life goes by
 * without it, long enough to move the tail, and then another one has it again. Nobody's code runs: handlers never end.
 */
import { AgentDefinition } from '../../actors/agent.ts'
import type { Address } from '../../messages/address.ts'
import type { Batch, Journal } from '../../runtime/journal.ts'
import { memory, type MemoryState } from '../../runtime/memory-journal.ts'
import { createRuntime, type Runtime } from '../../runtime/runtime.ts'
import { VirtualClock } from '../host/clock.ts'
import { countedIds } from '../host/ids.ts'
import { settled, SimulatedScheduler } from '../host/scheduler.ts'
import type { Setup } from '../host/stage.ts'
import { isAway, registryOf } from './definitions.ts'
import { Fold } from './fold.ts'

/** Everything is checkpointed at once. */
const LIMITS = { tail: 1, idle: 10 }
/** So many things happen in a life: it is up by then, and idle. */
const STEPS = 60

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** What is wrong with them after that, in words. `other` is the setup without their definition. */
export async function comeBack(
  state: MemoryState,
  { own, other }: { readonly own: Setup; readonly other: Setup },
  runs: readonly Address[],
): Promise<string[]> {
  const fold = new Fold(state, () => registryOf(own))
  const wrong: string[] = []
  const without = await life(state, other, fold)
  if (without === undefined) return ['a process without the definition does not start']
  for (const run of runs)
    if (!without.held().some(({ address, code }) => address === run && isAway(code)))
      wrong.push(`${run} was not held while its definition was away`)
  state.owned = false
  const again = await life(state, own, fold)
  if (again === undefined) return ['a process that has the definition again does not start']
  const held = new Map<string, string>(again.held().map(({ address, code }) => [address, code]))
  const records = new Map(again.actors.records().map(record => [record.address, JSON.stringify(record)]))
  for (const run of runs) {
    if (isAway(held.get(run))) wrong.push(`${run} is held (${held.get(run)}), and its definition is back`)
    // One that nobody woke is parked.
    else if ((records.get(run) ?? state.checkpoints.get(run)) !== fold.text(run))
      wrong.push(
        `${run} came back as ${records.get(run) ?? 'nothing'}, and its records make ${fold.text(run)}`,
      )
  }
  return wrong
}

/** One that is left as it is, as if it had crashed; undefined where it does not start. */
async function life(state: MemoryState, setup: Setup, fold: Fold): Promise<Runtime | undefined> {
  const clock = new VirtualClock(state.records.at(-1)?.at ?? state.anchor.at)
  const scheduler = new SimulatedScheduler()
  const host = { clock, scheduler, ids: countedIds('afterlife'), random: () => 0.5 }
  const journal = told(memory(state), batch => fold.take(batch))
  let runtime: Runtime | undefined
  createRuntime({ ...idle(setup), journal, host, limits: LIMITS, logger: quiet }).then(
    started => (runtime = started),
    () => {},
  )
  for (let n = 0; n < STEPS; n++) {
    await settled()
    if (!scheduler.run() && !clock.fire()) break
  }
  return runtime
}

function told(journal: Journal, tell: (batch: Batch) => void): Journal {
  const commit = journal.commit.bind(journal)
  journal.commit = batch => {
    commit(batch)
    tell(batch)
  }
  return journal
}

/** The same agents, whose work never ends. */
function idle(setup: Setup): Setup {
  const agents = (setup.agents ?? []).map(
    ({ id, role, skills, capacity, handlers }) =>
      new AgentDefinition(
        id,
        { skills, capacity, ...(role === undefined ? {} : { role }) },
        new Map([...handlers].map(([name, { task }]) => [name, { task, run: never }])),
      ),
  )
  return { ...setup, agents }
}

const never = async (): Promise<never> => new Promise<never>(() => {})

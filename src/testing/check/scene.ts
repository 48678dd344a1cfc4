/**
 * Scene: a case made ready to be played: the world, the clients and the properties that it speaks of, as a scenario for one play. It plays
 * nothing itself.
 */
import { StatorError } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import type { RunOutcome } from '../../runtime/outcome.ts'
import type { Run } from '../../runtime/run-handle.ts'
import type { Life } from '../host/life.ts'
import type { Scenario } from '../sweep/scenario.ts'
import { World } from '../world/world.ts'
import { runId, TIGHT, type Case } from './case.ts'
import { Attendants } from './attendants.ts'
import { castOf } from './cast.ts'
import { Clients } from './clients.ts'
import type { Check, EndedRun } from './options.ts'
import { Properties } from './properties.ts'

export interface Scene {
  readonly scenario: Scenario
  readonly world: World
  readonly properties: Properties
}

const HALF_AN_HOUR = 30 * 60_000
const A_WHILE = 10_000

/** `struck` is told of each fault and each event that comes into play. */
export function sceneOf(check: Check, drawn: Case, struck: (what: string) => void): Scene {
  const { workflow, tasks, queues, roles } = check
  const world = worldOf(check, drawn, struck)
  const properties = new Properties(check, world, drawn.inputs.length)
  const clients = new Clients(check, drawn, struck)
  const attendants = new Attendants(workflow, drawn.seed)
  const play = async (life: Life): Promise<unknown> => {
    clients.begin(life)
    attendants.begin(life)
    const starts = drawn.inputs.map((input, index) => started(life, check, input, index))
    const runs = await life.until(Promise.all(starts))
    const outcomes = await life.until(Promise.all(runs.map(async run => outcomeOf(run, life))))
    for (const [index, outcome] of outcomes.entries()) {
      const ended = { ...outcome, id: runId(index), input: drawn.inputs[index] ?? null }
      properties.ended(ended as unknown as EndedRun<never>, life)
    }
    return outcomes
  }
  const scenario: Scenario = {
    name: check.name,
    limits: { ...(drawn.actors.limits === 'tight' ? TIGHT : {}), ...check.limits },
    setup: life => ({
      workflows: [workflow],
      tasks,
      queues,
      roles,
      agents: castOf(check, drawn.actors, world, life),
    }),
    play,
    watchers: [clients.watcher, attendants.watcher, properties.watcher],
  }
  return { scenario, world, properties }
}

function worldOf(check: Check, { faults, outputs }: Case, struck: (what: string) => void): World {
  const timeouts = check.tasks.map(({ spec }) => spec.timeout ?? 0)
  return new World({
    effects: check.effects,
    faults: faults.flatMap(fault => (fault.kind === 'call' ? [fault] : [])),
    answer: (name, input, call) => {
      const made = check.effects.get(name)?.output
      if (typeof made === 'function') return made(input as never, call)
      const list = outputs[name] ?? []
      return list[(call - 1) % list.length] ?? null
    },
    struck: ({ fault }) => struck(fault),
    tooLong: Math.max(check.limits.taskTimeout ?? HALF_AN_HOUR, ...timeouts) + 1_000,
  })
}

/** What is held waits for somebody who is on the way. */
async function outcomeOf(run: Run, life: Life): Promise<RunOutcome> {
  for (;;)
    try {
      return await run.outcome()
    } catch (error) {
      if (!(error instanceof StatorError) || error.code !== 'HELD' || !isDecidable(error)) throw error
      await life.wait(A_WHILE)
    }
}

/** Does it wait for a decision about a step? */
const isDecidable = ({ details }: StatorError): boolean =>
  details['code'] === 'STEP_HELD' || details['code'] === 'COMPENSATION_HELD'

/** Whoever starts a run says it again after a crash, under the same id. */
async function started(life: Life, { workflow }: Check, input: Json, index: number): Promise<Run> {
  return life.runtime.start(workflow as never, input as never, { id: runId(index) }) as Promise<Run>
}

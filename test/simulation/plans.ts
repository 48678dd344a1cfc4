/**
 * Plans: the task graphs of a campaign, given as data or declared in code, and what each step must give if it completes. Nothing
 * here runs them.
 */
import { z } from 'zod'
import { graph, type GraphStep, type TaskGraph } from '../../src/actors/graph.ts'
import { workflow, type AnyWorkflow, type WorkflowDefinition } from '../../src/actors/workflow.ts'
import { Dice } from '../../src/testing/host/random.ts'
import { JOBS, ROLES, type Job } from './company.ts'
import { from, several, some, weighed } from './draw.ts'
import { sumOf, WAYS, type Known, type Result, type Way, type Work } from './work.ts'

/** What is known of a step before it runs. */
export interface KnownStep extends Known {
  /** What it gives, if it completes. */
  readonly sum: number
  /** Steps without which it cannot complete. */
  readonly after: readonly string[]
}

export interface Planned {
  readonly steps: ReadonlyMap<string, KnownStep>
  readonly onFailure: 'continue' | 'cancel'
}

const OFTEN: Partial<Record<Way, number>> = {
  works: 14,
  'works in parts': 6,
  'tells how far it is': 3,
  'shows that it lives': 6,
  'asks to come again': 3,
}
const WEIGHTS = Object.fromEntries(Object.keys(WAYS).map(way => [way, OFTEN[way as Way] ?? 1])) as Record<
  Way,
  number
>

export function drawWork(dice: Dice): Omit<Work, 'before' | 'way'> & { way: Way } {
  // What takes as long as other work ends in one turn with it.
  const ms = dice.chance(0.5) ? 10 * dice.below(4) : dice.below(40)
  return { way: weighed(dice, WEIGHTS), ms, n: dice.below(100) }
}

/** Such as is asked for again and again. */
export function drawRepeated(dice: Dice): ReturnType<typeof drawWork> {
  return { way: dice.pick(['works', 'works', 'works', 'fails'] as const), ms: 10, n: dice.below(2) }
}

/** A graph given as data, with outputs bound into inputs, groups, and overrides of the tasks' own policies. */
export function drawGraph(
  dice: Dice,
  jobs: readonly Job[],
  roles: readonly string[],
  draw = drawWork,
): Planned & { graph: TaskGraph } {
  const known = new Map<string, KnownStep>()
  const steps = several(from(dice, 1, 7), (index): GraphStep => {
    const given = draw(dice)
    const names = several(index, other => `s${other}`)
    const bound = some(dice, names, 0.3)
    const after = [...new Set([...bound, ...some(dice, names, 0.2)])]
    const before = bound.map(name => ({ n: known.get(name)?.sum ?? 0 }))
    known.set(`s${index}`, { ...WAYS[given.way], sum: sumOf({ ...given, before }), after })
    return {
      id: `s${index}`,
      task: dice.pick(jobs),
      input: given,
      after,
      ...(bound.length > 0 ? { bind: { before: bound } } : {}),
      ...(dice.chance(0.4) ? { group: dice.pick(['few', 'many']) } : {}),
      ...(dice.chance(0.15) ? { role: dice.pick(roles) } : {}),
      ...(dice.chance(0.15) ? { timeout: from(dice, 20, 100) } : {}),
      ...(dice.chance(0.15) ? { retry: { maxAttempts: 2, initialInterval: 10 } } : {}),
    }
  })
  const onFailure = dice.pick(['continue', 'continue', 'cancel'] as const)
  const groups = { few: { limit: 1 }, many: { limit: 2 } }
  const limit = dice.chance(0.5) ? { limit: from(dice, 1, 4) } : {}
  return { graph: graph(steps, { ...limit, groups, onFailure }), steps: known, onFailure }
}

/** `WorkflowDefinition`, where steps are added in a loop and their types do not matter. */
interface Building {
  step(name: string, task: Job, mapper: (from: { outputs: Record<string, Result> }) => unknown): Building
  parallel(name: string, steps: (all: Building) => Building, options?: { limit?: number }): Building
}

export interface Declared extends Planned {
  readonly workflow: WorkflowDefinition<string>
}

/** What a mapper may do. */
const TROUBLE: readonly (Known | undefined)[] = ['MAPPER_FAILED', 'INPUT_INVALID'].map(code => ({
  completes: false,
  code,
}))

/** A workflow declared in code: sequences and groups, with mappers, some of which throw or make no fit input. */
function declare(dice: Dice, name: string, version: string, word = 'p'): Declared {
  const known = new Map<string, KnownStep>()
  const onFailure = dice.pick(['continue', 'cancel'] as const)
  const whole = dice.chance(0.5) ? { limit: from(dice, 1, 3) } : {}
  let building = workflow(name, { input: z.string(), version, onFailure, ...whole }) as unknown as Building
  let frontier: string[] = []
  const add = (to: Building, step: string, after: readonly string[]): Building => {
    const given = drawWork(dice)
    const trouble = TROUBLE[dice.below(12)]
    const before = after.map(other => ({ n: known.get(other)?.sum ?? 0 }))
    known.set(step, { ...(trouble ?? WAYS[given.way]), sum: sumOf({ ...given, before }), after })
    return to.step(step, dice.pick(JOBS.slice(0, 7)), ({ outputs }) => {
      if (trouble?.code === 'MAPPER_FAILED') throw new Error('no input can be made')
      if (trouble?.code === 'INPUT_INVALID') return { ...given, way: 7 }
      return { ...given, before: after.map(other => outputs[other]) }
    })
  }
  for (const [index, width] of several(from(dice, 1, 3), () => from(dice, 1, 3)).entries()) {
    const after = frontier
    const names = several(width, other => `${word}${index}${other}`)
    if (width === 1) building = add(building, names[0] ?? '', after)
    else
      building = building.parallel(
        `g${index}`,
        all => names.reduce((so, step) => add(so, step, after), all),
        dice.chance(0.5) ? { limit: 1 } : {},
      )
    frontier = names
  }
  return { workflow: building as unknown as WorkflowDefinition<string>, steps: known, onFailure }
}

/**
 * Made once. Two of each name: a process may know the one, or the other, under the same name and version. They begin with other steps, so
 * that no run of one goes on with the other.
 */
export const WORKFLOWS: readonly { readonly mine: Declared; readonly other: Declared }[] = several(
  16,
  index => {
    const dice = new Dice(2000 + index)
    const name = `declared${index}`
    return { mine: declare(dice, name, '1'), other: declare(dice, name, '1', 'q') }
  },
)

export const asAny = ({ workflow: declared }: Declared): AnyWorkflow => declared as unknown as AnyWorkflow
export const roleNames = (roles: readonly (string | undefined)[]): string[] =>
  ROLES.filter(role => roles.includes(role))

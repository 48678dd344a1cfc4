/**
 * Play: a tree is run on the simulated host, through crashes, by agents that do as they are told, with somebody who answers gates,
 * says what is waited for, and takes up what is held. It writes down what was done outside, and judges nothing.
 */
import { agent, type Handler } from '../../../src/actors/agent.ts'
import type { TaskContext } from '../../../src/actors/task-context.ts'
import type { AnyWorkflow } from '../../../src/actors/workflow.ts'
import { NonRetryableError } from '../../../src/errors.ts'
import type { RunOutcome } from '../../../src/runtime/outcome.ts'
import type { Life } from '../../../src/testing/host/life.ts'
import { play } from '../../../src/testing/sweep/scenario.ts'
import type { Limits } from '../../../src/runtime/limits.ts'
import type { Crash } from '../../../src/testing/host/disk.ts'
import { undoing, work, type Given } from './build.ts'
import { BY_HAND, gives, SIGNALLED } from './interpret.ts'
import { keyOf } from './key.ts'
import type { Decision, Node, Tree, Work } from './tree.ts'

/** Something that was done outside. */
export interface Deed {
  readonly did: string
  readonly what: 'begins' | 'ends'
  readonly given: unknown
}

export interface Course {
  readonly crashes: readonly Crash[]
  readonly seed: number
  readonly limits: Partial<Limits>
  readonly capacity: number
  /** Called off after so many milliseconds. */
  readonly cancel: { readonly after: number; readonly compensate: boolean | undefined } | null
}

export interface Played {
  readonly outcome: RunOutcome
  readonly deeds: readonly Deed[]
}

export const INPUT = { n: 1, before: [] }
export const RUN = 'run'
/** How often somebody looks whether there is anything to do, in milliseconds. */
const LOOK = 9
const MOST = 150
const LOOKS = 500

export async function playTree(tree: Tree, definition: AnyWorkflow, course: Course): Promise<Played> {
  const deeds: Deed[] = []
  const said = new Set<string>()
  let outcome: RunOutcome | undefined
  let began: number | undefined
  await play(
    {
      name: 'tree',
      limits: course.limits,
      setup: life => ({ workflows: [definition as never], agents: staff(life, deeds, course.capacity) }),
      play: async life => {
        const run = await life.until(life.runtime.start(definition as never, INPUT as never, { id: RUN }))
        began ??= life.clock.now()
        let isOver = false
        const helping = helped({ life, tree, said, began, cancel: course.cancel, isOver: () => isOver })
        void helping.catch((error: unknown) => life.alive && life.simulation.break('helper', String(error)))
        outcome = await life.until(heard(life, () => run.outcome() as Promise<RunOutcome>))
        isOver = true
        return outcome
      },
    },
    { seed: course.seed, crashes: course.crashes },
  )
  if (outcome === undefined) throw new Error('it never ended')
  return { outcome, deeds }
}

/** Whoever is held is not for ever. */
export async function heard<T>(life: Life, ask: () => Promise<T>): Promise<T> {
  for (const pause of pauses())
    try {
      return await ask()
    } catch (error) {
      if ((error as { code?: string }).code !== 'HELD') throw error
      await life.wait(pause)
    }
  return ask()
}

/** Less and less often, and not for ever. */
function* pauses(): Generator<number> {
  for (let look = 0; look < LOOKS; look++) yield Math.min(LOOK + look, MOST)
}

/** Two who do as they are told, and who do nothing else. */
export function staff(
  life: Life,
  deeds: Deed[],
  capacity: number,
  ids = ['ann', 'bob'],
): ReturnType<typeof agent>[] {
  const written =
    <I, O>(run: (given: I, ctx: TaskContext) => Promise<O>): Handler<I, O> =>
    async (given, ctx) => {
      const { did, undo: tries } = keyOf(ctx.task)
      const entry = { did: tries > 0 ? `undo ${did}` : did, given }
      deeds.push({ ...entry, what: 'begins' })
      const end = (): void => void (life.alive && deeds.push({ ...entry, what: 'ends' }))
      // What it is stopped with it hears at once.
      ctx.signal.addEventListener('abort', end)
      try {
        return await run(given, ctx)
      } finally {
        ctx.signal.removeEventListener('abort', end)
        if (!ctx.signal.aborted) end()
      }
    }
  const works = life.handler(written((given: Given, ctx) => doing(given, ctx, life)) as never)
  const undoes = life.handler(written((given: { input: Given }, ctx) => undo(given, ctx, life)) as never)
  return ids.map(id =>
    agent(id, { capacity })
      .handle(work, works as never)
      .handle(undoing, undoes as never),
  )
}

async function doing({ before, item }: Given, ctx: TaskContext, life: Life): Promise<{ n: number }> {
  const { visit } = keyOf(ctx.task)
  await wait(item.ms, ctx, life)
  const way = item.way as Work['way']
  if (way === 'works at last' && ctx.attempt < 2) throw new Error('not yet')
  if (way === 'fails' && visit % 2 === 1) throw new NonRetryableError('as told')
  if (way === 'hangs' && visit % 2 === 1) await aborted(ctx)
  return gives(before)
}

/** It stops when it is told to: what is stopped is not at work while it is undone. */
async function wait(ms: number, ctx: TaskContext, life: Life): Promise<void> {
  await Promise.race([life.wait(ms), aborted(ctx)])
}

const aborted = async ({ signal }: TaskContext): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new Error('aborted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })

async function undo({ input: { item } }: { input: Given }, ctx: TaskContext, life: Life): Promise<string> {
  await wait(item.ms, ctx, life)
  if (item.undo === 'works at last' && ctx.attempt < 2) throw new Error('not yet')
  if (item.undo === 'stuck' && keyOf(ctx.task).undo % 2 === 1) throw new NonRetryableError('stuck')
  return 'undone'
}

interface Help {
  readonly life: Life
  readonly tree: Tree
  readonly said: Set<string>
  readonly began: number
  readonly cancel: Course['cancel']
  isOver(): boolean
}

/** Looks again and again, and does what there is to do, as it was drawn. */
export async function helped(help: Help): Promise<void> {
  const { life, began, cancel, said, tree } = help
  const nodes = tree.body.flatMap(all)
  for (const pause of pauses()) {
    if (!life.isUp || help.isOver()) return
    const at = life.clock.now() - began
    if (cancel !== null && at >= cancel.after && !said.has('cancel')) {
      const { compensate } = cancel
      const data = compensate === undefined ? {} : { compensate }
      if (await say(life, 'workflow.cancel', `workflow/${RUN}`, data)) said.add('cancel')
    }
    for (const node of nodes)
      if (node.kind === 'signal' && node.comes && node.at <= at && !said.has(node.name)) {
        const data = { name: `${node.name}-word`, data: SIGNALLED }
        if (await say(life, 'workflow.signal', `workflow/${RUN}`, data)) said.add(node.name)
      }
    await answerGates(life, nodes)
    await takeUp(life, nodes)
    await life.wait(pause)
  }
}

/** It may be refused: nobody is there yet, or any more, or another is held. */
async function say(life: Life, type: string, to: string, data: object): Promise<boolean> {
  try {
    await life.runtime.send({ type, to: to as never, data: data as never })
    return true
  } catch {
    return false
  }
}

async function answerGates(life: Life, nodes: readonly Node[]): Promise<void> {
  for (const { id } of life.runtime.gates.list({ open: true }).gates) {
    const { name, visit } = keyOf(`gate/${id}`)
    const node = nodes.find(one => one.name === name)
    if (node?.kind !== 'gate' || node.answer === 'none') continue
    const isApproved = node.answer === 'approve' || visit % 2 === 0
    const answered = isApproved
      ? life.runtime.gates.approve(id, { by: 'ann' })
      : life.runtime.gates.reject(id, { by: 'ann', reason: 'as told' })
    await answered.catch(() => {})
  }
}

/** Whatever is held, in whichever run: what is not held refuses. */
async function takeUp(life: Life, nodes: readonly Node[]): Promise<void> {
  for (const { address, state } of life.runtime.actors.list()) {
    if (!address.startsWith('workflow/') || state !== 'held') continue
    for (const node of nodes) {
      const decision = 'held' in node ? node.held : undefined
      if (decision !== undefined) await decide(life, address, node.name, decision)
      if ('work' in node && node.work.undo === 'stuck')
        await decide(life, address, node.name, node.work.rescue)
    }
  }
}

async function decide(life: Life, run: string, step: string, decision: Decision): Promise<void> {
  const reason = 'the operator says so'
  const data =
    decision === 'retry'
      ? { step }
      : decision === 'skip'
        ? { step, reason }
        : { step, reason, output: BY_HAND }
  await say(life, `step.${decision}`, run, data)
}

/** It, and all that is in it. */
export function all(node: Node): Node[] {
  if (node.kind === 'branch') return [node, ...node.cases.flat().flatMap(all)]
  return 'body' in node ? [node, ...node.body.flatMap(all)] : [node]
}

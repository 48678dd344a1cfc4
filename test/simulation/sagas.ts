/**
 * Sagas: runs of random compiled workflows in a campaign, beside all other work, with those who answer their gates and take up what is
 * held. What must come of them the invariants know.
 */
import * as fc from 'fast-check'
import type { AgentDefinition } from '../../src/actors/agent.ts'
import type { AnyWorkflow } from '../../src/actors/workflow.ts'
import type { Life } from '../../src/testing/host/life.ts'
import { Dice } from '../../src/testing/host/random.ts'
import { unlessPruned } from './clients.ts'
import { from, several, some } from './draw.ts'
import { build } from './flows/build.ts'
import { heard, helped, INPUT, RUN, staff, type Course } from './flows/play.ts'
import { named, treeOf, type Shape, type Tree, type Way, type Work } from './flows/tree.ts'

export interface Saga {
  readonly tree: Tree
  readonly definition: AnyWorkflow
  readonly capacity: number
  readonly cancel: Course['cancel']
}

/** Made once, when it is asked for: a definition costs more than a run of it. */
const made = new Map<number, Pick<Saga, 'tree' | 'definition'>>()
const KINDS = 80

function known(index: number): Pick<Saga, 'tree' | 'definition'> {
  const found = made.get(index)
  if (found !== undefined) return found
  const dice = new Dice(7000 + index)
  const any = (): Tree => fc.sample(treeOf(true), { seed: 7000 + index, numRuns: 1 })[0] as Tree
  const tree = index % 4 === 0 ? any() : drawWrong(dice)
  const saga = { tree, definition: build(tree, `saga${index}`) }
  made.set(index, saga)
  return saga
}

/** Null in most worlds. `dice` are its own, so that all other worlds are what they were. */
export function drawSaga(dice: Dice): Saga | null {
  if (!dice.chance(0.2)) return null
  const compensate = dice.pick([true, undefined, undefined, false])
  const cancel = dice.chance(0.3) ? { after: dice.below(120), compensate } : null
  return { ...known(dice.below(KINDS)), capacity: from(dice, 1, 3), cancel }
}

/** Much that can be undone, and something at its end that goes wrong. */
function drawWrong(dice: Dice): Tree {
  const work = (way: Way = 'works'): Work => ({
    way,
    ms: dice.below(8),
    undo: dice.pick(['works', 'works', 'works', 'works at last', 'stuck'] as const),
    rescue: dice.pick(['retry', 'skip', 'finish'] as const),
  })
  const step = (way?: Way): Shape => ({
    kind: 'step',
    work: work(way),
    held: way === 'fails' ? 'retry' : 'skip',
  })
  const plain = (): Shape[] => several(from(dice, 1, 2), () => step())
  const parts: (() => Shape)[] = [
    () => ({ kind: 'loop', body: plain(), rounds: from(dice, 2, 4), max: 3, held: 'skip' }),
    () => ({ kind: 'parallel', body: [step(), { kind: 'sequence', body: [step(), step()] }], limit: null }),
    () => ({
      kind: 'map',
      items: several(from(dice, 2, 4), () => ({
        way: dice.chance(0.2) ? ('fails' as const) : ('works' as const),
        ms: dice.below(8),
      })),
      limit: dice.pick([1, 2, null]),
      work: work(),
      held: 'retry',
    }),
    () => ({
      kind: 'child',
      body: [step(), step(dice.chance(0.3) ? 'fails' : 'works')],
      pivot: dice.pick([null, 0, 1]),
      held: 'skip',
    }),
    () => ({ kind: 'parallel', body: [step('fails'), step(), step()], limit: null }),
  ]
  const last = step(dice.pick(['fails', 'hangs', 'cannot begin'] as const))
  const body = [step(), ...some(dice, parts, 0.4).map(part => part()), ...plain(), last]
  const pivot = dice.chance(0.2) ? body.length - 2 : null
  return named(body, pivot, { onFailure: dice.pick(['continue', 'cancel'] as const), limit: null })
}

export const sagaStaff = ({ capacity }: Saga, life: Life): AgentDefinition[] =>
  staff(life, [], capacity, ['sam', 'sue'])

/** Who asks for it, and sees to it through all process lives. */
export class SagaClient {
  readonly #saga: Saga
  readonly #said = new Set<string>()
  #began: number | undefined
  isOver = false

  constructor(saga: Saga) {
    this.#saga = saga
  }

  async live(life: Life): Promise<void> {
    if (this.isOver) return
    const { tree, definition, cancel } = this.#saga
    try {
      const options = { id: RUN, whenFull: 'wait' } as const
      const run = await unlessPruned(life.runtime.start(definition as never, INPUT as never, options))
      this.isOver = run === undefined
      if (run === undefined) return
      this.#began ??= life.clock.now()
      const help = { life, tree, said: this.#said, began: this.#began, cancel, isOver: () => this.isOver }
      void helped(help).catch((error: unknown) => this.#meant(error, life))
      await heard(life, async () => run.outcome())
      this.isOver = true
    } catch (error) {
      this.#meant(error, life)
    }
  }

  /** The process ends, or what had ended was pruned. */
  #meant(error: unknown, life: Life): void {
    const { code = String(error) } = error as { readonly code?: string }
    if (code === 'NOT_FOUND') this.isOver = true
    else if (life.alive && !ENDS.has(code)) life.simulation.break('saga', code)
  }
}

const ENDS: ReadonlySet<string> = new Set(['CLOSED', 'JOURNAL_FAILED', 'JOURNAL_CLOSED'])

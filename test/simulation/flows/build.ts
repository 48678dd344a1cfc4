/** Build: a tree as a workflow in code. What work and undoing do is in their input; what they give depends on what came before. */
import { z } from 'zod'
import { gate } from '../../../src/actors/gate.ts'
import { signal } from '../../../src/actors/signals.ts'
import { task } from '../../../src/actors/task.ts'
import { workflow, type AnyWorkflow } from '../../../src/actors/workflow.ts'
import { enough } from './interpret.ts'
import type { Node, Of, Tree, Work } from './tree.ts'

const given = z.object({
  before: z.array(z.unknown()),
  item: z.object({ way: z.string(), ms: z.int(), undo: z.string().nullable() }),
})
export type Given = z.infer<typeof given>
const made = z.object({ n: z.int() })
export const input = z.object({ n: z.int(), before: z.array(z.unknown()).default([]) })

export const work = task('work', { input: given, output: made })
export const undoing = task('undo', {
  input: z.object({ input: given, output: made.optional() }),
  output: z.string(),
  retry: { maxAttempts: 2, initialInterval: 10 },
})

export const signalOf = (name: string) => signal(`${name}-word`, z.object({ n: z.int() }))
/** What does not come in so many milliseconds does not come. */
export const PATIENCE = 30
/** Longer than work takes. */
export const TOO_LONG = 200

/** A builder, where types do not matter. */
interface Building {
  step(...args: unknown[]): Building
  map(...args: unknown[]): Building
  wait(...args: unknown[]): Building
  sequence(...args: unknown[]): Building
  parallel(...args: unknown[]): Building
  branch(...args: unknown[]): Building
  loop(...args: unknown[]): Building
  when(...args: unknown[]): Building
}
interface From {
  readonly input: { readonly n: number }
  readonly outputs: Readonly<Record<string, unknown>>
}

export function build({ body, onFailure, limit }: Tree, name = 'tree'): AnyWorkflow {
  const options = { input, onFailure, ...(limit === null ? {} : { limit }) }
  return row(workflow(name, options) as unknown as Building, body, onFailure) as unknown as AnyWorkflow
}

const row = (to: Building, body: readonly Node[], onFailure: Tree['onFailure']): Building =>
  body.reduce((so, node) => add(so, node, onFailure), to)

const looked = (names: readonly string[], { input: own, outputs }: From): unknown[] => [
  own,
  ...names.map(name => outputs[name] ?? null),
]

/** What no work can begin with is no number. */
export const itemOf = ({ way, ms, undo }: Pick<Work, 'way' | 'ms' | 'undo'>): unknown => ({
  way,
  ms: way === 'cannot begin' ? 'never' : ms,
  undo,
})

export const RETRY = {
  maxAttempts: 2,
  initialInterval: 10,
  jitter: 'none',
  nonRetryable: ['AS_TOLD'],
} as const

function policies({ undo }: Work, ways: readonly string[]): object {
  return {
    ...(undo === null ? {} : { compensate: undoing }),
    ...(ways.includes('works at last') ? { retry: RETRY } : {}),
    ...(ways.includes('hangs') ? { timeout: TOO_LONG } : {}),
  }
}

function add(to: Building, node: Node, onFailure: Tree['onFailure']): Building {
  const inner = (body: readonly Node[]) => (steps: Building) => row(steps, body, onFailure)
  const { name, looks } = node
  switch (node.kind) {
    case 'step': {
      const options = {
        ...policies(node.work, [node.work.way]),
        ...(node.pivot === true ? { pivot: true } : {}),
      }
      return to.step(
        name,
        work,
        (from: From) => ({ before: looked(looks, from), item: itemOf(node.work) }),
        options,
      )
    }
    case 'map':
      return to.map(name, () => node.items, work, {
        each: (item: Pick<Work, 'way' | 'ms'>, from: From) => ({
          before: looked(looks, from),
          item: itemOf({ ...node.work, ...item }),
        }),
        ...policies(
          node.work,
          node.items.map(({ way }) => way),
        ),
        ...(node.limit === null ? {} : { limit: node.limit }),
      })
    case 'wait':
      return to.wait(name, node.until ? { until: () => node.ms } : { for: node.ms })
    case 'signal':
      return to.wait(name, { signal: signalOf(name), ...(node.comes ? {} : { timeout: PATIENCE }) })
    case 'gate':
      return to.step(name, gate(node.answer === 'none' ? { expires: PATIENCE } : {}))
    case 'child':
      return to.step(name, build({ body: node.body, onFailure, limit: null }, name), ({ outputs }: From) => ({
        n: 5,
        before: looks.map(other => outputs[other] ?? null),
      }))
    case 'sequence':
      return to.sequence(name, inner(node.body))
    case 'parallel':
      return beside(to, node, onFailure)
    case 'branch':
      return to.branch(name, (cases: Building) =>
        node.cases.reduce(
          (so, body, index) => so.when(`${name}-${index}`, () => index === node.chosen, inner(body)),
          cases,
        ),
      )
    default:
      return loop(to, node, onFailure)
  }
}

/** Only steps, maps and sequences stand beside each other: everything else is in a sequence of its own. */
function beside(to: Building, node: Of<'parallel'>, onFailure: Tree['onFailure']): Building {
  const options = node.limit === null ? {} : { limit: node.limit }
  return to.parallel(
    node.name,
    (steps: Building) =>
      node.body.reduce(
        (so, one) =>
          ['step', 'map', 'gate', 'child', 'sequence'].includes(one.kind)
            ? add(so, one, onFailure)
            : so.sequence(`${one.name}-row`, (line: Building) => add(line, one, onFailure)),
        steps,
      ),
    options,
  )
}

function loop(to: Building, { name, body, rounds, max }: Of<'loop'>, onFailure: Tree['onFailure']): Building {
  const [tick, tock] = [`${name}-tick`, `${name}-tock`]
  const count = (steps: Building, own: string, other: string): Building =>
    steps.step(own, work, ({ outputs }: From) => ({
      before: [outputs[other] ?? null],
      item: { way: 'works', ms: 1, undo: null },
    }))
  return to.loop(
    name,
    (steps: Building) => count(row(count(steps, tick, tock), body, onFailure), tock, tick),
    { while: ({ outputs }: From) => !enough(outputs[tock], rounds), max },
  )
}

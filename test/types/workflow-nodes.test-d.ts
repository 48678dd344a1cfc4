/** What workflow() infers of branches, loops, maps, runs below runs, waits, gates, compensations, updates and queries. */
import { gate, query, signal, task, update, workflow, type Approval, type Run } from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const ref = z.object({ ref: z.string() })
const image = z.object({ image: z.string() })
const build = task('build', { input: ref, output: image })
const lint = task('lint', { input: z.object({ file: z.string() }), output: z.object({ issues: z.number() }) })
const base = workflow('w', { input: ref }).step('build', build)

// ---- what stands in a case may be absent afterwards
base
  .branch('size', cases =>
    cases
      .when(
        'big',
        ({ outputs }) => outputs.build.image.length > 3,
        row => row.step('left', build, ({ outputs }) => ({ ref: outputs.build.image })),
      )
      .otherwise('small', row => row.step('right', build)),
  )
  .step('after', build, ({ outputs }) => {
    expectTypeOf(outputs.left).toEqualTypeOf<{ image: string } | undefined>()
    expectTypeOf(outputs.right).toEqualTypeOf<{ image: string } | undefined>()
    expectTypeOf(outputs.build).toEqualTypeOf<{ image: string }>()
    return { ref: outputs.left?.image ?? 'none' }
  })
base.branch('size', cases =>
  cases.when(
    'big',
    // @ts-expect-error -- a condition says true or false
    () => 'yes',
    row => row,
  ),
)

// ---- so may what stands in a loop; its condition sees it from the second round on
base
  .loop('again', row => row.step('round', build), {
    while: ({ outputs }) => {
      expectTypeOf(outputs.round).toEqualTypeOf<{ image: string } | undefined>()
      return outputs.round === undefined
    },
    max: 3,
  })
  .step('after', build, ({ outputs }) => ({ ref: outputs.round?.image ?? '' }))
// @ts-expect-error -- how often at most?
base.loop('again', row => row.step('round', build), { while: () => true })

// ---- a map gives a list; the item itself is the input only where the task takes it
base
  .map('each', () => [{ file: 'a' }], lint)
  .map('sizes', ({ outputs }) => outputs.each, lint, {
    each: (item, { index, outputs }) => {
      expectTypeOf(item).toEqualTypeOf<{ issues: number }>()
      expectTypeOf(index).toEqualTypeOf<number>()
      expectTypeOf(outputs.each).toEqualTypeOf<readonly { issues: number }[]>()
      return { file: String(item.issues) }
    },
    limit: 4,
  })
// @ts-expect-error -- a number is no file
base.map('each', () => [1], lint)

// ---- a workflow is a step as well: its output is the outputs of its steps
const child = workflow('child', { input: ref }).step('inner', build)
base.step('kid', child).step('after', build, ({ outputs }) => {
  expectTypeOf(outputs.kid.inner.image).toEqualTypeOf<string>()
  return { ref: outputs.kid.inner.image }
})
// @ts-expect-error -- nobody knows what comes in
workflow('w').step('kid', child)
base
  .map('kids', () => [{ ref: 'a' }], child)
  .step('after', build, ({ outputs }) => ({
    ref: outputs.kids.map(kid => kid.inner.image).join(),
  }))

// ---- a wait for a signal gives its data, a gate what was said
const approved = signal('approved', z.object({ by: z.string() }))
base
  .wait('ok', { signal: approved, timeout: '1h' })
  .wait('later', { for: '5m' })
  .wait('then', { until: ({ input }) => new Date(input.ref) })
  .step('gate', gate({ expires: '2h' }), ({ outputs }) => outputs.build)
  .step('after', build, ({ outputs }) => {
    expectTypeOf(outputs.ok).toEqualTypeOf<{ by: string }>()
    expectTypeOf(outputs.gate).toEqualTypeOf<Approval>()
    // @ts-expect-error -- a while gives nothing
    void outputs.later
    return { ref: outputs.ok.by }
  })
// @ts-expect-error -- for a while, or until a time?
base.wait('x', { for: '1s', until: () => 1 })

// ---- a compensation takes what the step was given and what came of it
const undo = task('undo', { input: z.object({ input: ref, output: image.optional() }) })
const strict = task('strict', { input: z.object({ input: ref, output: image }) })
const other = task('other', { input: z.object({ input: z.object({ id: z.number() }) }) })
base.step('a', build, { compensate: undo })
base.step('a', build, ({ outputs }) => ({ ref: outputs.build.image }), { compensate: undo, pivot: true })
// @ts-expect-error -- nobody knows whether there is an output
base.step('a', build, { compensate: strict })
// @ts-expect-error -- the step is given something else
base.step('a', build, { compensate: other })
// @ts-expect-error -- no pivot beside others
base.parallel('p', steps => steps.step('a', build, { pivot: true }))

// ---- updates and queries know the vars, and what they answer
const raise = update('raise', { input: z.object({ by: z.number() }), output: z.number() })
const level = query('level', z.number())
const leveled = workflow('w', { input: ref, vars: z.object({ level: z.number().default(1) }) })
  .step('build', build, ({ vars }) => ({ ref: String(vars.level) }))
  .update(raise, ({ vars, outputs }, { by }) => {
    expectTypeOf(outputs.build).toEqualTypeOf<{ image: string } | undefined>()
    return { vars: { level: vars.level + by }, answer: vars.level + by }
  })
  .query(level, ({ vars }) => vars.level)
// @ts-expect-error -- an answer is a number
leveled.update(update('more', { output: z.number() }), () => ({ answer: 'many' }))
// @ts-expect-error -- there are no vars of that name
leveled.query(query('none', z.number()), ({ vars }) => vars.depth as number)

declare const run: Run<{ build: { image: string } }>
expectTypeOf(run.update(raise, { by: 1 })).toEqualTypeOf<Promise<number>>()
// @ts-expect-error -- by how much?
void run.update(raise, {})
void run.signal(approved, { by: 'ann' })
// @ts-expect-error -- by whom?
void run.signal(approved, {})

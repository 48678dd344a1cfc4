/** A workflow of forty steps, whose last mapper still knows the first output. */
import { task, workflow } from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const count = task('count', { input: z.number(), output: z.number() })

const long = workflow('long', { input: z.number() })
  .step('s1', count)
  .step('s2', count, ({ outputs }) => outputs.s1 + 1)
  .step('s3', count, ({ outputs }) => outputs.s2 + 1)
  .step('s4', count, ({ outputs }) => outputs.s3 + 1)
  .step('s5', count, ({ outputs }) => outputs.s4 + 1)
  .step('s6', count, ({ outputs }) => outputs.s5 + 1)
  .step('s7', count, ({ outputs }) => outputs.s6 + 1)
  .step('s8', count, ({ outputs }) => outputs.s7 + 1)
  .step('s9', count, ({ outputs }) => outputs.s8 + 1)
  .step('s10', count, ({ outputs }) => outputs.s9 + 1)
  .step('s11', count, ({ outputs }) => outputs.s10 + 1)
  .step('s12', count, ({ outputs }) => outputs.s11 + 1)
  .step('s13', count, ({ outputs }) => outputs.s12 + 1)
  .step('s14', count, ({ outputs }) => outputs.s13 + 1)
  .step('s15', count, ({ outputs }) => outputs.s14 + 1)
  .step('s16', count, ({ outputs }) => outputs.s15 + 1)
  .step('s17', count, ({ outputs }) => outputs.s16 + 1)
  .step('s18', count, ({ outputs }) => outputs.s17 + 1)
  .step('s19', count, ({ outputs }) => outputs.s18 + 1)
  .step('s20', count, ({ outputs }) => outputs.s19 + 1)
  .step('s21', count, ({ outputs }) => outputs.s20 + 1)
  .step('s22', count, ({ outputs }) => outputs.s21 + 1)
  .step('s23', count, ({ outputs }) => outputs.s22 + 1)
  .step('s24', count, ({ outputs }) => outputs.s23 + 1)
  .step('s25', count, ({ outputs }) => outputs.s24 + 1)
  .step('s26', count, ({ outputs }) => outputs.s25 + 1)
  .step('s27', count, ({ outputs }) => outputs.s26 + 1)
  .step('s28', count, ({ outputs }) => outputs.s27 + 1)
  .step('s29', count, ({ outputs }) => outputs.s28 + 1)
  .step('s30', count, ({ outputs }) => outputs.s29 + 1)
  .step('s31', count, ({ outputs }) => outputs.s30 + 1)
  .step('s32', count, ({ outputs }) => outputs.s31 + 1)
  .step('s33', count, ({ outputs }) => outputs.s32 + 1)
  .step('s34', count, ({ outputs }) => outputs.s33 + 1)
  .step('s35', count, ({ outputs }) => outputs.s34 + 1)
  .step('s36', count, ({ outputs }) => outputs.s35 + 1)
  .step('s37', count, ({ outputs }) => outputs.s36 + 1)
  .step('s38', count, ({ outputs }) => outputs.s37 + 1)
  .step('s39', count, ({ outputs }) => outputs.s38 + 1)
  .step('s40', count, ({ outputs }) => outputs.s39 + 1)

long.step('last', count, ({ outputs }) => {
  expectTypeOf(outputs.s1).toEqualTypeOf<number>()
  expectTypeOf(outputs.s40).toEqualTypeOf<number>()
  // @ts-expect-error -- there are forty
  void outputs.s41
  return outputs.s1 + outputs.s40
})

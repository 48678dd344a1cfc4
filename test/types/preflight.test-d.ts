/** What of the pre-flight must compile, and what must not. */
import {
  createRuntime,
  preflight,
  task,
  taskMachine,
  workflow,
  type AnyWorkflow,
  type Finding,
  type PreflightCode,
} from 'stator'
import { expectTypeOf } from 'vitest'
import { createMachine } from 'xstate'
import { z } from 'zod'

const job = task('job', { input: z.object({ size: z.number() }), output: z.string() })
const flow = workflow('flow', { input: z.object({ size: z.number() }) }).step('one', job)

expectTypeOf(preflight(flow)).toEqualTypeOf<readonly Finding[]>()
expectTypeOf(preflight(taskMachine)).toEqualTypeOf<readonly Finding[]>()
expectTypeOf(preflight(createMachine({ initial: 'a', states: { a: {} } }))).toEqualTypeOf<
  readonly Finding[]
>()
expectTypeOf(preflight).toBeCallableWith({} as AnyWorkflow)
// @ts-expect-error -- a task is no workflow
preflight(job)

expectTypeOf<Finding['code']>().toEqualTypeOf<PreflightCode>()
expectTypeOf(createRuntime).toBeCallableWith({ preflight: { refuse: ['UNREACHABLE'], ignore: ['NO_END'] } })
expectTypeOf(createRuntime).toBeCallableWith({ preflight: { refuse: 'errors' } })
// @ts-expect-error -- no such code
void createRuntime({ preflight: { refuse: ['UNREACHED'] } })
// @ts-expect-error -- no such word
void createRuntime({ preflight: 'strict' })

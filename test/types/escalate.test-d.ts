/** What an escalation and a gate give back: as their form says, and anything where there is none. */
import {
  agent,
  createRuntime,
  flow,
  gate,
  task,
  workflow,
  type Approval,
  type FilledApproval,
  type GateNotice,
  type Json,
} from 'stator'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

const form = z.object({ budget: z.int(), note: z.string().default('') })
const work = task('work', { input: z.object({ n: z.number() }), output: z.object({ euros: z.number() }) })

// ---- a handler gets what the form asks for, with its defaults
agent('ann').handle(work, async (_input, ctx) => {
  const { data, by } = await ctx.escalate({ form })
  expectTypeOf(data).toEqualTypeOf<{ budget: number; note: string }>()
  expectTypeOf(by).toEqualTypeOf<string>()
  expectTypeOf(await ctx.escalate({ title: 'May I?' })).toEqualTypeOf<Approval>()
  expectTypeOf((await ctx.escalate({})).data).toEqualTypeOf<Json | undefined>()
  // @ts-expect-error -- who waits is the agent or the task
  await ctx.escalate({ pause: 'run' })
  // @ts-expect-error -- a form is a zod schema
  await ctx.escalate({ form: { type: 'object' } })
  return { euros: data.budget }
})

// ---- so does a run, from a gate; what it asks may come out of what came before
workflow('release', { input: z.object({ ref: z.string() }) })
  .step('work', work, () => ({ n: 1 }))
  .step('free', gate({ expires: '1d' }), ({ outputs }) => ({ euros: outputs.work.euros }))
  .step('filled', gate({ form, approvers: ['ann'] }), {
    title: ({ input, outputs }) => `${input.ref} for ${outputs.work.euros}?`,
    approvers: ({ outputs }) => (outputs.work.euros > 100 ? ['bob'] : ['ann']),
  })
  .step('after', work, ({ outputs }) => {
    expectTypeOf(outputs.free).toEqualTypeOf<Approval>()
    expectTypeOf(outputs.filled).toEqualTypeOf<FilledApproval<{ budget: number; note: string }>>()
    return { n: outputs.filled.data.budget }
  })
  // @ts-expect-error -- a title is text
  .step('wrong', gate(), { title: () => 7 })

// @ts-expect-error -- it rejects or approves
gate({ onExpire: 'wait' })

flow({
  name: 'data',
  steps: [{ gate: 'ok', form: { type: 'string' }, approvers: ['ann'], escalateAfter: '1h' }],
})

// ---- who is told of gates is told what became of which
await createRuntime({
  notify: {
    gate: notice => {
      expectTypeOf(notice).toEqualTypeOf<GateNotice>()
      expectTypeOf(notice.type).toEqualTypeOf<'opened' | 'reassigned' | 'escalated' | 'ended'>()
    },
  },
})

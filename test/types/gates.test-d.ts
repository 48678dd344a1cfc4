/** What an answer to a gate must say, and what is known of one. */
import { createRuntime, type GateInfo, type GateOutcome, type Json } from 'stator'
import { expectTypeOf } from 'vitest'

const { gates } = await createRuntime()

// ---- an answer says who; a rejection why; only an approval gives data
expectTypeOf(await gates.approve('ship', { by: 'ann', data: { budget: 7 } })).toBeVoid()
expectTypeOf(await gates.reject('ship', { by: 'ann', reason: 'no' })).toBeVoid()
// @ts-expect-error -- nobody
await gates.approve('ship', {})
// @ts-expect-error -- no reason
await gates.reject('ship', { by: 'ann' })
// @ts-expect-error -- a rejection gives nothing
await gates.reject('ship', { by: 'ann', reason: 'no', data: 1 })

// ---- a gate is what is known of it, and its end is one of four
expectTypeOf(gates.get('ship')).toEqualTypeOf<GateInfo | undefined>()
expectTypeOf(gates.list({ open: true }).gates).items.toEqualTypeOf<GateInfo>()
expectTypeOf(await gates.outcome('ship', { timeout: '1h' })).toEqualTypeOf<GateOutcome>()
expectTypeOf<GateOutcome['status']>().toEqualTypeOf<'approved' | 'rejected' | 'expired' | 'cancelled'>()
expectTypeOf<GateOutcome['data']>().toEqualTypeOf<Json>()

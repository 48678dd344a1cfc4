/** What `supervision` takes, and what the registry, projects and the report give. */
import { expectTypeOf, test } from 'vitest'
import {
  agent,
  type AgentInfo,
  type AgentOptions,
  type Report,
  type Runtime,
  type SupervisionOptions,
} from 'stator'

test('supervision is said in words and durations, and nothing else', () => {
  expectTypeOf<AgentOptions['supervision']>().toEqualTypeOf<SupervisionOptions | undefined>()
  const options = {
    failures: { max: 2, within: '1m' },
    giveUp: 'stop',
    escalate: { approvers: ['sue'] },
  } as const
  expectTypeOf(agent).toBeCallableWith('ann', { supervision: options })
  // @ts-expect-error given up, it is quarantined or stopped
  const other: SupervisionOptions = { giveUp: 'shrug' }
  expectTypeOf(other).toBeObject()
  // @ts-expect-error a limit has a time
  const endless: SupervisionOptions = { failures: { max: 2 } }
  expectTypeOf(endless).toBeObject()
})

test('the registry and the report are plain values', () => {
  const read = (runtime: Runtime): void => {
    expectTypeOf(runtime.report()).toEqualTypeOf<Report>()
    expectTypeOf(runtime.report().tasks).toEqualTypeOf<Readonly<Record<string, number>>>()
    expectTypeOf(runtime.report().agents.byRole['dev']?.available).toEqualTypeOf<number | undefined>()
    expectTypeOf(runtime.agents.list({ role: 'dev', skills: ['ts'], available: true })).toEqualTypeOf<
      AgentInfo[]
    >()
    expectTypeOf(runtime.project('site').state().progress).toEqualTypeOf<number>()
    // @ts-expect-error agents have no rank
    runtime.agents.list({ rank: 1 })
  }
  expectTypeOf(read).toBeFunction()
})

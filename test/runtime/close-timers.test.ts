/** What users' code does that never ends keeps no process once its runtime is closed. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { agent, createRuntime, task } from 'stator'

const job = task('job')
const never = (): Promise<void> => new Promise(() => {})

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a warm-up that hangs keeps no process whose runtime is closed', async () => {
  const ann = agent('ann', { warmUp: never }).handle(job, () => 1)
  const runtime = await createRuntime({ agents: [ann] })
  expect(runtime.agents.get('ann')?.state).toBe('idle')
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  await runtime.close()
  expect(vi.getTimerCount()).toBe(0)
})

test('nor does somebody who is told of a gate and hangs; nobody is told of anything after that', async () => {
  const told: string[] = []
  const gate = ({ type }: { type: string }): Promise<void> => {
    told.push(type)
    return never()
  }
  const runtime = await createRuntime({ notify: { gate } })
  await runtime.gates.open({ id: 'a' })
  await vi.waitFor(() => expect(told).toEqual(['opened']))
  await runtime.gates.approve('a', { by: 'sue' })
  expect(vi.getTimerCount()).toBeGreaterThan(0)
  await runtime.close()
  expect(vi.getTimerCount()).toBe(0)
  expect(told).toEqual(['opened'])
})

/** ctx.escalate: a handler asks people: who waits, what an answer is worth to it, and what is left of the question in every life. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  task,
  type EscalateOptions,
  type GateInfo,
  type Handler,
  type TaskHandle,
  type TaskOptions,
} from 'stator'
import type { Life, Setup, Simulation } from 'stator/testing'
import { z } from 'zod'
import { codeOf, worldOf } from './support/world.ts'

const HOUR = 60 * 60_000
const form = z.object({ budget: z.int().min(1), note: z.string().default('none') })
const n = z.object({ n: z.int() })
const work = task('work', { input: n, output: z.int() })

type Ask = EscalateOptions & { readonly form?: typeof form }
type Escalating = Pick<TaskOptions<z.ZodUnknown, z.ZodUnknown>, 'retry' | 'timeout'>

interface Given extends Escalating {
  readonly ask?: Ask
  readonly capacity?: number
  readonly agents?: readonly string[]
  /** Called before each question; may throw. */
  readonly before?: (attempt: number) => void
}

/** Agents whose handler of `decide` asks, and whose handler of `work` does not. */
function worldOfAskers({
  ask = { title: 'May I?' },
  capacity = 2,
  agents = ['ann'],
  before,
  ...policies
}: Given = {}): {
  world: Simulation
  decide: ReturnType<typeof task>
  asked: () => number
} {
  let asked = 0
  const decide = task('decide', { input: z.unknown(), output: z.unknown(), ...policies })
  const setup = (life: Life): Setup => ({
    agents: agents.map(id =>
      agent(id, { capacity })
        .handle(
          decide,
          life.handler(async (_input, ctx) => {
            before?.(ctx.attempt)
            asked++
            return ctx.escalate(ask)
          }) as Handler<unknown, unknown>,
        )
        .handle(
          work,
          life.handler(async (input: { n: number }) => {
            await life.wait(10)
            return input.n
          }) as Handler<{ n: number }, number>,
        ),
    ),
  })
  return { world: worldOf(setup), decide: decide as never, asked: () => asked }
}

async function opened(life: Life): Promise<GateInfo> {
  for (;;) {
    const [gate] = life.runtime.gates.list({ open: true }).gates
    if (gate !== undefined) return gate
    await life.until(life.wait(1))
  }
}

async function begun(given: Given = {}): Promise<{
  world: Simulation
  life: Life
  gate: GateInfo
  handle: TaskHandle<unknown>
  asked: () => number
}> {
  const { world, decide, asked } = worldOfAskers(given)
  const life = await world.boot()
  const handle = (await life.until(life.runtime.submit(decide, null, { id: 't' }))) as TaskHandle<unknown>
  return { world, life, handle, asked, gate: await opened(life) }
}

async function reborn(world: Simulation, life: Life): Promise<Life> {
  life.die()
  return world.boot()
}

const failure = (life: Life, handle: TaskHandle<unknown>) => life.until(handle.outcome())

describe('a handler that escalates', () => {
  test('shows who asks, why, and what was tried; and goes on with the answer', async () => {
    const ask = {
      title: 'May I?',
      reason: 'it costs money',
      details: { euros: 100 },
      attemptedSolutions: ['asked for less'],
      form,
      approvers: ['ann', 'bob'],
    }
    const { world, life, handle, gate } = await begun({ ask })
    expect(gate).toMatchObject({
      run: null,
      task: 'task/t',
      agent: 'ann',
      chain: ['task/t', 'agent/ann'],
      conversation: 'task/t',
      title: 'May I?',
      reason: 'it costs money',
      details: { euros: 100 },
      attemptedSolutions: ['asked for less'],
      approvers: ['ann', 'bob'],
      assignedTo: 'ann',
      pauses: true,
      form: { type: 'object', required: ['budget'] },
    })
    await life.until(life.runtime.gates.approve(gate.id, { by: 'ann', reason: 'fine', data: { budget: 7 } }))
    expect(await life.until(handle.result())).toEqual({
      approved: true,
      by: 'ann',
      reason: 'fine',
      data: { budget: 7, note: 'none' },
    })
    await world.drain(life)
  })

  test.each<[string, (life: Life, id: string) => Promise<unknown>, string]>([
    [
      'a rejection',
      (life, id) => life.runtime.gates.reject(id, { by: 'bob', reason: 'no' }),
      'GATE_REJECTED',
    ],
    ['no answer in time', async life => life.wait(2 * HOUR), 'GATE_EXPIRED'],
  ])('fails by %s, and no further attempt is made', async (_what, end, code) => {
    const { world, life, handle, gate, asked } = await begun({
      ask: { title: 'May I?', expires: '1h' },
      retry: { maxAttempts: 3 },
    })
    await life.until(end(life, gate.id))
    expect(await failure(life, handle)).toMatchObject({ status: 'failed', error: { code, retryable: false } })
    expect(asked()).toBe(1)
    expect(life.runtime.agents.get('ann')?.state).toBe('ready')
    await world.drain(life)
  })

  test('does not run out of time while it waits', async () => {
    const { world, life, handle, gate } = await begun({ timeout: '1s' })
    await life.until(life.wait(24 * HOUR))
    await life.until(life.runtime.gates.approve(gate.id, { by: 'bob' }))
    expect(await life.until(handle.result())).toEqual({ approved: true, by: 'bob' })
    await world.drain(life)
  })

  test.each<[string, object, string]>([
    ['no such option', { titel: 'May I?' }, 'INPUT_INVALID'],
    ['no duration', { expires: 'soon' }, 'DEFINITION_INVALID'],
    ['no form', { form: { type: 'object' } }, 'DEFINITION_INVALID'],
    ['a form that JSON has no word for', { form: z.object({ at: z.date() }) }, 'DEFINITION_INVALID'],
    ['a form that time would fill in', { form, onExpire: 'approve' }, 'DEFINITION_INVALID'],
    ['no name', { id: 'a/b' }, 'ADDRESS_INVALID'],
    ['nobody to ask', { approvers: [] }, 'INPUT_INVALID'],
    ['no JSON', { details: () => 1 }, 'NOT_JSON'],
  ])('is refused with a code: %s', async (_what, ask, code) => {
    const { world, decide } = worldOfAskers({ ask: ask as Ask })
    const life = await world.boot()
    const handle = (await life.until(life.runtime.submit(decide, null))) as TaskHandle<unknown>
    expect(await failure(life, handle)).toMatchObject({ status: 'failed', error: { code } })
    expect(life.runtime.gates.list().gates).toEqual([])
    await world.drain(life)
  })
})

describe('the agent that asks', () => {
  const other = async (life: Life) => life.until(life.runtime.submit(work, { n: 1 }, { id: 'other' }))

  test('gets no new work until it is answered', async () => {
    const { world, life, gate } = await begun()
    expect(life.runtime.agents.get('ann')?.state).toBe('paused')
    const waits = await other(life)
    await life.until(life.wait(HOUR))
    expect(waits.status()).toBe('queued')
    await life.until(life.runtime.gates.approve(gate.id, { by: 'bob' }))
    expect(await life.until(waits.result())).toBe(1)
    await world.drain(life)
  })

  test('goes on with its other work where only the task waits', async () => {
    const { world, life, gate, handle } = await begun({ ask: { title: 'May I?', pause: 'task' } })
    expect(life.runtime.agents.get('ann')?.state).toBe('ready')
    expect(await life.until((await other(life)).result())).toBe(1)
    expect(handle.status()).toBe('running')
    await life.until(life.runtime.gates.approve(gate.id, { by: 'bob' }))
    await life.until(handle.result())
    await world.drain(life)
  })

  test('is stopped by a rejection where that is said', async () => {
    const { world, life, gate, handle } = await begun({ ask: { title: 'May I?', onReject: 'stop' } })
    await life.until(life.runtime.gates.reject(gate.id, { by: 'bob', reason: 'it went too far' }))
    await failure(life, handle)
    expect(life.runtime.agents.get('ann')).toBeUndefined()
    const [stop] = life.runtime.history({ actor: 'agent/ann', types: ['agent.stop'] })
    expect(stop).toMatchObject({ from: gate.address, data: { reason: 'rejected by bob: it went too far' } })
    await world.drain(life)
  })

  test('that was stopped frees its name in the same life: who is registered by it does what waited; mail lies among the dead', async () => {
    const { world, life, gate, handle } = await begun({ ask: { title: 'May I?', onReject: 'stop' } })
    const { agents, gates, mail } = life.runtime
    const waits = await life.until(life.runtime.submit(work, { n: 7 }, { id: 'waits', agent: 'ann' }))
    const letter = await life.until(mail.tell('ann', work, { n: 8 }))
    await life.until(gates.reject(gate.id, { by: 'bob', reason: 'no' }))
    await failure(life, handle)
    await life.until(life.wait(1_000))
    expect(waits.status()).toBe('queued')
    const left = { id: letter.id, reason: 'agent-stopped' }
    expect(mail.deadLetters.list().letters).toMatchObject([left])
    const again = agent('ann').handle(work, life.handler(({ n: said }: { n: number }) => said + 1) as never)
    await life.until(agents.register(again))
    expect(await life.until(waits.result())).toBe(8)
    expect(mail.deadLetters.list().letters).toMatchObject([left])
    await life.until(mail.deadLetters.replay(letter.id))
    expect(await life.until(life.runtime.tasks.get(letter.id).result())).toBe(9)
    await world.drain(life)
    expect(world.broken).toEqual([])
  })

  test('that asks twice at once goes on when both are answered', async () => {
    const { world, decide } = worldOfAskers()
    const life = await world.boot()
    await life.until(Promise.all(['a', 'b'].map(id => life.runtime.submit(decide, null, { id }))))
    await life.until(life.wait(1_000))
    const { gates } = life.runtime.gates.list({ open: true })
    expect(gates.map(({ task: by }) => by)).toEqual(['task/a', 'task/b'])
    for (const [index, { id }] of gates.entries()) {
      expect(life.runtime.agents.get('ann')?.state).toBe('paused')
      await life.until(life.runtime.gates.approve(id, { by: 'bob' }))
      expect(life.runtime.agents.get('ann')?.state === 'paused').toBe(index === 0)
    }
    await world.drain(life)
  })
})

describe('another attempt', () => {
  test('of a later life asks nobody again, and gets the answer that was given while nobody was there to hear it', async () => {
    const { world, life, gate, handle, asked } = await begun()
    const second = await reborn(world, life)
    expect(second.runtime.agents.get('ann')?.state).toBe('paused')
    // The task waits for its agent, which waits for the answer.
    expect(second.runtime.gates.list({ open: true }).gates).toEqual([gate])
    await second.until(second.runtime.gates.approve(gate.id, { by: 'bob' }))
    const again = second.runtime.tasks.get(handle.id)
    expect(await second.until(again.result())).toEqual({ approved: true, by: 'bob' })
    expect(asked()).toBe(2)
    expect(second.runtime.history({ types: ['gate.open'] })).toHaveLength(1)
    await world.drain(second)
  })

  test('on another agent waits for the same gate', async () => {
    const { world, life, gate } = await begun({ agents: ['ann', 'bea'] })
    const second = await reborn(world, life)
    await second.until(second.wait(100))
    expect(second.runtime.gates.list().gates).toEqual([gate])
    const handle = second.runtime.tasks.get('t')
    expect(handle.info().agent).toBe('agent/bea')
    await second.until(second.runtime.gates.approve(gate.id, { by: 'bob' }))
    expect(await second.until(handle.result())).toEqual({ approved: true, by: 'bob' })
    expect(second.runtime.agents.list().map(({ state }) => state)).toEqual(['ready', 'ready'])
    await world.drain(second)
  })

  test('after a failure asks the same by name, whatever else it says', async () => {
    const ask = { id: 'money', title: 'May I?' }
    const decide = task('decide', {
      input: z.unknown(),
      output: z.unknown(),
      retry: { maxAttempts: 2, initialInterval: 10 },
    })
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          decide,
          life.handler(async (_input, ctx) => {
            const answer = ctx.escalate({ ...ask, details: { attempt: ctx.attempt }, pause: 'task' })
            if (ctx.attempt > 1) return answer
            await life.wait(5)
            throw new Error('it could not wait')
          }) as Handler<unknown, unknown>,
        ),
      ],
    }))
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(decide, null, { id: 't' }))
    await life.until(life.wait(1_000))
    const { gates } = life.runtime.gates.list()
    expect(gates).toMatchObject([{ id: 't/money', details: { attempt: 1 } }])
    await life.until(life.runtime.gates.approve('t/money', { by: 'bob' }))
    expect(await life.until(handle.result())).toEqual({ approved: true, by: 'bob' })
    await world.drain(life)
  })
})

describe('a task that ends while its gate is open', () => {
  test.each<[string, Given, (life: Life, handle: TaskHandle<unknown>) => Promise<unknown>]>([
    ['cancelled', {}, (_, handle) => handle.cancel('no longer wanted')],
    ['out of time', { timeout: { overall: '1m' } }, life => life.wait(2 * 60_000)],
  ])('%s, cancels it, and lets its agent go on', async (_what, given, end) => {
    const { world, life, gate, handle } = await begun(given)
    await life.until(end(life, handle))
    expect(await life.until(life.runtime.gates.outcome(gate.id))).toMatchObject({
      status: 'cancelled',
      reason: 'the task that asked has ended',
    })
    expect(life.runtime.agents.get('ann')?.state).toBe('ready')
    expect(await codeOf(life, life.runtime.gates.approve(gate.id, { by: 'bob' }))).toBe('EVENT_REFUSED')
    await world.drain(life)
  })

  test('by coming to its end without the answer, too', async () => {
    const decide = task('decide', { input: z.unknown(), output: z.string() })
    const world = worldOf(life => ({
      agents: [
        agent('ann').handle(
          decide,
          life.handler(async (_input, ctx) => {
            void ctx.escalate({ title: 'May I?' })
            await life.wait(10)
            return 'done without'
          }) as Handler<unknown, string>,
        ),
      ],
    }))
    const life = await world.boot()
    const handle = await life.until(life.runtime.submit(decide, null))
    expect(await life.until(handle.result())).toBe('done without')
    expect(life.runtime.gates.list().gates).toMatchObject([{ state: 'cancelled' }])
    expect(life.runtime.agents.get('ann')?.state).toBe('ready')
    await world.drain(life)
  })

  test('is the only one who may call it off', async () => {
    const { world, life, gate, handle } = await begun()
    expect(await codeOf(life, life.runtime.gates.cancel(gate.id))).toBe('EVENT_REFUSED')
    const past = life.runtime.send({ type: 'gate.cancel', to: gate.address })
    expect(await codeOf(life, past)).toBe('EVENT_REFUSED')
    await life.until(handle.cancel())
    await world.drain(life)
  })
})

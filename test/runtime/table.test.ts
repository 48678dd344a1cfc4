/** The table gives what XState gives: on every shipped machine, for any events in any order. */
import * as fc from 'fast-check'
import { createMachine, type AnyMachineSnapshot, type AnyStateMachine } from 'xstate'
import { describe, expect, it } from 'vitest'
import { agentMachine } from '../../src/machines/agent.ts'
import { budgetMachine } from '../../src/machines/budget.ts'
import { compile } from '../../src/machines/graph-state.ts'
import { conversationMachine } from '../../src/machines/conversation.ts'
import { contextMachine } from '../../src/machines/context.ts'
import { gateMachine } from '../../src/machines/gate.ts'
import { graphMachine } from '../../src/machines/graph.ts'
import { hubMachine } from '../../src/machines/hub.ts'
import { lockMachine } from '../../src/machines/lock.ts'
import { postMachine } from '../../src/machines/post.ts'
import { projectMachine } from '../../src/machines/project.ts'
import { scheduleMachine } from '../../src/machines/schedule.ts'
import { queueMachine } from '../../src/machines/queue.ts'
import { taskMachine } from '../../src/machines/task.ts'
import type { Command } from '../../src/messages/command.ts'
import type { Json } from '../../src/messages/json.ts'
import { tableOf } from '../../src/runtime/table.ts'
import { initialSnapshot } from '../../src/runtime/xstate.ts'

interface Event {
  readonly type: string
  readonly [key: string]: unknown
}

/** What XState itself does, with its actions collected as the runtime collects them. */
function interpret(machine: AnyStateMachine, snapshot: AnyMachineSnapshot, event: Event) {
  const commands: Command[] = []
  const actionExecutor = (action: { type: string; params: unknown }): void => {
    const params = action.params as Record<string, unknown>
    if (action.type === 'xstate.emit') commands.push(params['event'] as Command)
    if (action.type === 'xstate.cancel')
      commands.push({ type: 'timer.cancel', id: params['sendId'] as string })
    if (action.type === 'xstate.raise' && typeof params['delay'] === 'number') {
      const raised = params['event'] as { type: string }
      commands.push({
        type: 'timer.set',
        id: (params['id'] as string | undefined) ?? raised.type,
        delay: params['delay'],
        event: raised.type,
      })
    }
  }
  const scope = { actionExecutor, system: { _sendInspectionEvent: () => {} }, self: {} }
  return {
    snapshot: machine.transition(snapshot, event as never, scope as never) as AnyMachineSnapshot,
    commands,
  }
}

const seen = (snapshot: AnyMachineSnapshot): unknown => ({
  status: snapshot.status,
  value: snapshot.value as unknown,
  context: JSON.stringify(snapshot.context),
  output: snapshot.output as unknown,
  error: snapshot.error,
  tags: [...snapshot.tags],
  children: Object.keys(snapshot.children as object),
  nodes: snapshot._nodes.map(node => node.id).toSorted(),
})

/** Compares both on random sequences; returns how many steps were compared. */
function compared(machine: AnyStateMachine, input: unknown, events: fc.Arbitrary<Event>): number {
  const step = tableOf(machine)
  if (step === undefined) throw new Error(`${machine.id} has no table`)
  let taken = 0
  fc.assert(
    fc.property(fc.array(events, { minLength: 1, maxLength: 30 }), sequence => {
      let snapshot = initialSnapshot(machine, input) as unknown as AnyMachineSnapshot
      for (const event of sequence) {
        const expected = interpret(machine, snapshot, event)
        const commands: Command[] = []
        const fast = step(snapshot, event, { self: {}, system: {} }, commands)
        // What has ended is XState's to ignore.
        expect(fast === undefined).toBe(snapshot.status !== 'active')
        if (fast === undefined) return
        taken++
        expect(seen(fast)).toEqual(seen(expected.snapshot))
        expect(commands).toEqual(expected.commands)
        // The kernel takes an identical snapshot for a refusal.
        expect(fast === snapshot).toBe(expected.snapshot === snapshot)
        snapshot = expected.snapshot
      }
    }),
    { numRuns: 400, seed: 20261121 },
  )
  return taken
}

const small = fc.integer({ min: 0, max: 4 })
const failure = fc.record(
  { name: fc.constant('Error'), message: fc.string(), code: fc.string() },
  { requiredKeys: ['name', 'message', 'code'] },
)
const signal = (
  type: string,
  data: fc.Arbitrary<unknown>,
  stamp: fc.Arbitrary<Json> = fc.constant(null),
): fc.Arbitrary<Event> =>
  fc.record({
    type: fc.constant(type),
    data,
    stamp,
    at: fc.integer({ min: 0, max: 10_000 }),
    seq: small,
    causationId: small,
    to: fc.constant('workflow/r'),
  })
const delayed = (machine: AnyStateMachine): fc.Arbitrary<Event> =>
  fc
    .constantFrom(...(machine.events as string[]).filter(type => type.startsWith('xstate.after.')))
    .chain(type => signal(type, fc.constant({})))

describe('The table-driven macrostep', () => {
  it('does what XState does on the task machine', () => {
    const optional = fc.record(
      {
        task: fc.constant('t'),
        input: fc.jsonValue(),
        parent: fc.constant('workflow/r'),
        step: small,
        startAt: fc.integer({ min: 0, max: 10_000 }),
        blocked: fc.record({ by: fc.string(), code: fc.string() }),
        after: fc.uniqueArray(fc.constantFrom('task/a', 'task/b'), { maxLength: 2 }),
        overall: fc.nat(1_000),
        queueTimeout: fc.nat(1_000),
        onInterrupted: fc.constantFrom('retry', 'fail', 'hold'),
        retry: fc.record({
          maxAttempts: fc.integer({ min: 1, max: 4 }),
          initialInterval: fc.nat(100),
          backoff: fc.constant(2),
          maxInterval: fc.constant(300),
          jitter: fc.constantFrom('full', 'equal', 'none'),
        }),
      },
      { requiredKeys: ['task', 'input'] },
    )
    const turn = fc.record({ turn: small })
    const chosen = fc.oneof(fc.constant(null), fc.constant({ agent: 'agent/a' }))
    expect(
      compared(
        taskMachine,
        undefined,
        fc.oneof(
          { weight: 6, arbitrary: signal('task.create', optional, chosen) },
          { weight: 6, arbitrary: signal('task.start', fc.constant({ agent: 'agent/a' })) },
          signal('task.done', fc.record({ turn: small, output: fc.jsonValue() })),
          {
            weight: 4,
            arbitrary: signal(
              'task.failed',
              fc.record({
                turn: fc.integer({ min: 1, max: 3 }),
                error: failure,
                random: fc.double({ min: 0, max: 1, noNaN: true }),
              }),
            ),
          },
          signal('task.progress', fc.record({ turn: small, percent: fc.nat(100), note: fc.string() })),
          signal('task.recorded', turn),
          signal(
            'task.handOff',
            turn.map(given => ({ ...given, to: { agent: 'agent/b' } })),
          ),
          { weight: 3, arbitrary: signal('task.interrupted', fc.record({ clean: fc.boolean() })) },
          {
            weight: 4,
            arbitrary: signal(
              'dependency.done',
              fc.record({
                on: fc.constantFrom('task/a', 'task/b'),
                status: fc.constantFrom('completed', 'completed', 'failed', 'blocked'),
              }),
            ),
          },
          {
            weight: 2,
            arbitrary: signal('task.depend', fc.record({ after: fc.constantFrom(['task/a'], ['task/b']) })),
          },
          signal('task.overdue', fc.constant({})),
          signal('task.expired', fc.constant({})),
          signal('task.cancel', fc.record({ reason: fc.string() }, { requiredKeys: [] })),
          signal('task.retry', fc.constant({})),
          signal('task.fail', fc.record({ reason: fc.string() })),
          { weight: 4, arbitrary: delayed(taskMachine) },
          signal('nonsense', fc.constant({})),
        ),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the agent machine', () => {
    const pauser = fc.constantFrom('gate/g', 'gate/h')
    const supervision = fc.record({
      failures: fc.record({ max: fc.integer({ min: 1, max: 3 }), within: fc.constantFrom(1, 10_000) }),
      restart: fc.record({
        initialInterval: fc.constant(10),
        backoff: fc.constant(2),
        maxInterval: fc.constant(100),
        jitter: fc.constantFrom('none', 'full'),
      }),
      intensity: fc.record({ max: fc.integer({ min: 0, max: 2 }), within: fc.constantFrom(1, 10_000) }),
      giveUp: fc.constantFrom('quarantine', 'stop'),
      escalate: fc.constantFrom(undefined, {}, { expires: 10 }),
      reassign: fc.boolean(),
    })
    const random = fc.constantFrom(0, 0.5)
    expect(
      compared(
        agentMachine,
        undefined,
        fc.oneof(
          signal(
            'agent.register',
            fc.record({
              role: fc.string(),
              skills: fc.constant([]),
              capacity: fc.integer({ min: 1, max: 3 }),
              supervision: fc.option(supervision, { nil: undefined }),
              messages: fc.constantFrom(undefined, { perMinute: 5 }, { perMinute: 5, burst: 2 }),
            }),
          ),
          { weight: 3, arbitrary: signal('agent.online', fc.record({ ready: fc.boolean() })) },
          signal('agent.offline', fc.constant({})),
          {
            weight: 3,
            arbitrary: signal(
              'agent.load',
              fc.record({ running: small, done: small, failed: small, busyMs: small }),
            ),
          },
          signal(
            'agent.said',
            fc.record({
              at: fc.integer({ min: 0, max: 10_000 }),
              messages: small.map(n => n + 1),
              rate: fc.constant({ interval: 60, burst: 10 }),
            }),
          ),
          signal('agent.pause', fc.record({ reason: fc.string(), by: pauser }, { requiredKeys: [] })),
          signal('agent.resume', fc.record({ by: pauser }, { requiredKeys: [] })),
          signal('agent.fail', fc.record({ error: failure, random })),
          {
            weight: 3,
            arbitrary: signal(
              'agent.fault',
              fc.record({ task: fc.constant('task/t'), error: failure, random }),
            ),
          },
          signal('agent.restart', fc.constant({})),
          signal(
            'step.done',
            fc.record({ step: fc.constant(0), status: fc.constantFrom('completed', 'failed', 'cancelled') }),
          ),
          signal('nonsense', fc.constant({})),
          { weight: 1, arbitrary: signal('agent.stop', fc.constant({})) },
        ),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the queue machine', () => {
    const rates = fc.array(
      fc.record({ interval: fc.integer({ min: 1, max: 500 }), burst: small.map(n => n + 1) }),
      {
        maxLength: 2,
      },
    )
    const share = { rates, concurrency: small.map(n => n + 1) }
    const key = fc.constantFrom(null, 'ann', 'bob')
    expect(
      compared(
        queueMachine,
        undefined,
        fc.oneof(
          signal(
            'queue.configure',
            fc.record(
              { ...share, perKey: fc.record(share), order: fc.constantFrom('fifo', 'critical-path') },
              { requiredKeys: ['rates', 'order'] },
            ),
          ),
          {
            weight: 4,
            arbitrary: signal(
              'queue.load',
              fc.record({
                at: fc.integer({ min: 0, max: 10_000 }),
                starts: fc.array(
                  fc.tuple(
                    key,
                    small.map(n => n + 1),
                  ),
                  { maxLength: 3 },
                ),
              }),
            ),
          },
          signal('queue.pause', fc.record({ reason: fc.string() }, { requiredKeys: [] })),
          signal('queue.resume', fc.constant({})),
          signal('queue.drain', fc.constant({})),
          signal('nonsense', fc.constant({})),
        ),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the graph machine', () => {
    const after = [[], [0], [0], [1, 2], []]
    const steps = after.map((needs, i) => ({
      name: `s${i}`,
      task: 't',
      after: needs,
      lanes: i % 2 === 0 ? [0] : [],
    }))
    for (const onFailure of ['continue', 'cancel'] as const) {
      expect(
        compared(
          graphMachine,
          { plan: compile({ steps, lanes: [1], onFailure }) },
          fc.oneof(
            { weight: 3, arbitrary: signal('workflow.start', fc.record({ input: fc.jsonValue() })) },
            {
              weight: 12,
              arbitrary: signal(
                'step.done',
                fc.record({
                  step: small,
                  status: fc.constantFrom('completed', 'completed', 'failed', 'cancelled'),
                  error: failure,
                }),
              ),
            },
            signal('fault', fc.record({ step: small, error: failure })),
            signal('workflow.cancel', fc.record({ reason: fc.string() }, { requiredKeys: [] })),
            signal('nonsense', fc.constant({})),
          ),
        ),
      ).toBeGreaterThan(1_000)
    }
  })

  it('does what XState does on the schedule machine', () => {
    const policy = fc.record({
      missed: fc.constantFrom('skip', 'once', 'all'),
      overlap: fc.constantFrom('skip', 'buffer', 'cancel', 'allow'),
      grace: fc.constant(10),
      create: fc.constant({ task: 't', input: 1 }),
      definition: fc.constantFrom('a', 'b'),
    })
    const spec = fc.oneof(
      policy,
      fc.tuple(policy, small).map(([made, n]) => ({ ...made, times: n + 1 })),
    )
    const fire = fc.record({
      turn: fc.integer({ min: 1, max: 3 }),
      due: fc.subarray([100, 200, 300, 1_000]),
      passed: small,
      upTo: fc.constantFrom(300, 1_000, 2_000),
      next: fc.constantFrom(null, 3_000, 3_000, 3_000),
    })
    const from = ['task/x@1970-01-01T00:00:00.100Z', 'task/x@1970-01-01T00:00:00.300Z'] as const
    expect(
      compared(
        scheduleMachine,
        undefined,
        fc
          .tuple(
            fc.constantFrom(...from),
            fc.oneof(
              { weight: 4, arbitrary: signal('schedule.create', spec) },
              { weight: 1, arbitrary: signal('schedule.update', spec) },
              { weight: 10, arbitrary: signal('schedule.fire', fire) },
              { weight: 4, arbitrary: delayed(scheduleMachine) },
              { weight: 4, arbitrary: signal('step.done', fc.constant({ step: 0, status: 'completed' })) },
              signal('schedule.fail', fc.record({ turn: small, error: failure })),
              signal('schedule.pause', fc.record({ reason: fc.string() }, { requiredKeys: [] })),
              signal('schedule.resume', fc.constant({})),
              signal('schedule.trigger', fc.constant({})),
              signal('schedule.remove', fc.constant({})),
              signal('nonsense', fc.constant({})),
            ),
          )
          .map(([task, event]) => ({ ...event, to: 'schedule/x', from: task })),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the conversation machine', () => {
    const by = fc.constantFrom('ann', 'system/postmaster')
    const rate = fc.record({ interval: fc.nat(100).map(n => n + 1), burst: fc.constant(10) })
    expect(
      compared(
        conversationMachine,
        undefined,
        fc
          .tuple(
            fc.nat(1_000),
            fc.oneof(
              {
                weight: 4,
                arbitrary: signal(
                  'conversation.load',
                  fc.record({ at: fc.nat(1_000), messages: fc.nat(4), refused: fc.nat(2), rate }),
                ),
              },
              signal('conversation.stop', fc.record({ by, reason: fc.string() })),
              signal('conversation.resume', fc.record({ by })),
              signal('conversation.end', fc.record({ messages: fc.nat(8) })),
              signal('nonsense', fc.constant({})),
            ),
          )
          .map(([at, event]) => ({ ...event, at })),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the context machine', () => {
    const how = fc.record({ expect: fc.nat(4), fence: fc.nat(3) }, { requiredKeys: [] })
    expect(
      compared(
        contextMachine,
        undefined,
        fc.oneof(
          {
            weight: 5,
            arbitrary: signal(
              'context.set',
              how.map(given => ({ ...given, value: 1 })),
            ),
          },
          { weight: 2, arbitrary: signal('context.delete', how) },
          signal('context.end', fc.constant({})),
          signal('nonsense', fc.constant({})),
        ),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the gate machine', () => {
    const optional = fc.record(
      {
        parent: fc.constant('workflow/r'),
        step: small,
        visit: small,
        item: small,
        expires: fc.nat(1_000),
        onExpire: fc.constantFrom('reject', 'approve'),
        approvers: fc.constantFrom(['ann'], ['ann', 'bob', 'cid']),
        strict: fc.boolean(),
        escalateAfter: fc.nat(100),
        asker: fc.constant({ task: 'task/t', agent: 'agent/a' }),
        pauses: fc.boolean(),
        onReject: fc.constantFrom('resume', 'stop'),
      },
      { requiredKeys: [] },
    )
    const by = fc.constantFrom('ann', 'bob')
    const from = fc.constantFrom('workflow/r', 'client/local', 'system/hub')
    expect(
      compared(
        gateMachine,
        undefined,
        fc
          .tuple(
            from,
            fc.oneof(
              { weight: 12, arbitrary: signal('gate.open', optional) },
              signal(
                'gate.approve',
                fc.record({ by, reason: fc.string(), data: fc.jsonValue() }, { requiredKeys: ['by'] }),
              ),
              signal('gate.reject', fc.record({ by, reason: fc.string() })),
              signal('gate.reassign', fc.record({ to: by, by })),
              { weight: 2, arbitrary: signal('gate.escalate', fc.record({ by })) },
              { weight: 2, arbitrary: signal('gate.overdue', fc.constant({})) },
              signal('gate.expired', fc.constant({})),
              {
                weight: 3,
                arbitrary: signal('gate.cancel', fc.record({ reason: fc.string() }, { requiredKeys: [] })),
              },
              signal('nonsense', fc.constant({})),
            ),
          )
          .map(([sender, event]) => ({ ...event, from: sender })),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the lock machine', () => {
    const who = { owner: fc.constantFrom('task/a', 'task/b', 'task/c'), turn: fc.integer({ min: 1, max: 2 }) }
    const ask = fc.constantFrom('1', '2')
    const call = (...requiredKeys: ('owner' | 'turn' | 'ask')[]): fc.Arbitrary<unknown> =>
      fc.record({ ...who, ask, token: fc.integer({ min: 1, max: 3 }) }, { requiredKeys })
    const given = { ...who, ask, wait: fc.boolean(), lease: fc.integer({ min: 1, max: 50 }), room: fc.nat(3) }
    const acquire = fc.record(
      { ...given, timeout: fc.nat(50), note: fc.string() },
      { requiredKeys: ['owner', 'turn', 'ask', 'wait', 'lease', 'room'] },
    )
    const late = fc.record({ id: fc.constantFrom('wait task/a 1 1', 'wait task/b 2 1', 'wait task/c 1 2') })
    const events = fc.oneof(
      { weight: 8, arbitrary: signal('lock.acquire', acquire) },
      signal('lock.release', call('owner', 'turn')),
      signal('lock.renew', call('owner', 'turn')),
      signal('lock.revoke', fc.record({ ...who, reason: fc.string() })),
      signal('lock.break', fc.record({ by: fc.string(), reason: fc.string() })),
      signal('lock.expired', fc.constant({})),
      signal('lock.late', late),
    )
    expect(compared(lockMachine, undefined, events)).toBeGreaterThan(1_000)
  })

  it('does what XState does on the budget machine', () => {
    const amounts = fc.record({ tokens: fc.nat(10), messages: fc.nat(3) }, { requiredKeys: [] })
    const key = fc.constantFrom('a', 'b')
    const from = fc.constantFrom('agent/a', 'budget/below')
    const open = fc.record(
      { limits: amounts, parent: fc.constant('budget/top') },
      { requiredKeys: ['limits'] },
    )
    const hold = fc.record(
      { key, amounts, task: fc.constant('task/t'), turn: small, attempt: fc.boolean() },
      { requiredKeys: ['key', 'amounts'] },
    )
    expect(
      compared(
        budgetMachine,
        undefined,
        fc
          .tuple(
            from,
            fc.oneof(
              { weight: 3, arbitrary: signal('budget.open', open) },
              { weight: 4, arbitrary: signal('budget.reserve', hold) },
              { weight: 3, arbitrary: signal('budget.settle', fc.record({ key, amounts })) },
              signal('budget.release', fc.record({ key })),
              signal('budget.spend', fc.record({ amounts })),
              signal('budget.charge', fc.record({ amounts })),
              signal(
                'budget.raise',
                fc.record({
                  limits: fc.record({ tokens: fc.integer({ min: 5, max: 30 }) }),
                  by: fc.constant('ann'),
                  reason: fc.string(),
                }),
              ),
              signal('budget.close', fc.constant({})),
              signal('nonsense', fc.constant({})),
            ),
          )
          .map(([sender, event]) => ({ ...event, from: sender })),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the project machine', () => {
    const by = fc.constantFrom('ann', 'bob')
    const member = fc.constantFrom('task/a', 'workflow/b')
    const counts = fc.record({ completed: small, failed: small }, { requiredKeys: [] })
    expect(
      compared(
        projectMachine,
        undefined,
        fc.oneof(
          { weight: 2, arbitrary: signal('project.open', fc.constant({})) },
          { weight: 2, arbitrary: signal('project.join', fc.record({ member })) },
          signal(
            'project.phase',
            fc.record({ phase: fc.string(), by, why: fc.string() }, { requiredKeys: ['phase', 'by'] }),
          ),
          signal(
            'project.metadata',
            fc.record({ set: fc.dictionary(fc.constantFrom('a', 'b'), fc.option(small)), by }),
          ),
          signal('project.count', fc.record({ tasks: counts, runs: counts, over: fc.subarray(['task/a']) })),
          signal('project.close', fc.record({ by })),
          signal('project.reopen', fc.record({ by })),
          signal('nonsense', fc.constant({})),
        ),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('does what XState does on the post machine', () => {
    const recipient = fc.record({
      agent: fc.constantFrom('agent/a', 'agent/b'),
      queue: fc.constant('mailbox/a'),
    })
    const send = fc.record({
      create: fc.record({ task: fc.constant('t'), input: fc.jsonValue() }),
      recipients: fc.array(recipient, { maxLength: 3 }),
    })
    const events = fc
      .oneof(signal('post.send', send), signal('nonsense', fc.constant({})))
      .map(event => ({ ...event, to: 'post/p' }))
    expect(compared(postMachine, undefined, events)).toBeGreaterThan(400)
  })

  it('does what XState does on the hub machine', () => {
    expect(
      compared(
        hubMachine,
        undefined,
        fc
          .constantFrom('hub.start', 'hub.start', 'hub.drain', 'hub.close', 'hub.fail', 'nonsense')
          .map(type => ({ type })),
      ),
    ).toBeGreaterThan(1_000)
  })

  it('steps aside for what it does not know', () => {
    expect(
      tableOf(createMachine({ initial: 'a', states: { a: { initial: 'b', states: { b: {} } } } })),
    ).toBeUndefined()
    expect(tableOf(createMachine({ type: 'parallel', states: { a: {}, b: {} } }))).toBeUndefined()
    expect(
      tableOf(createMachine({ initial: 'a', states: { a: { on: { '*': 'b' } }, b: {} } })),
    ).toBeUndefined()
    expect(tableOf(createMachine({ initial: 'a', states: { a: { invoke: { src: 'x' } } } }))).toBeUndefined()
    expect(tableOf(createMachine({ initial: 'a', on: { x: '.a' }, states: { a: {} } }))).toBeUndefined()
    expect(tableOf(createMachine({ initial: 'a', states: { a: { entry: () => {} } } }))).toBeUndefined()
  })

  it('leaves a step that throws to XState, with nothing collected', () => {
    const machine = createMachine({
      initial: 'a',
      states: {
        a: {
          on: {
            go: {
              guard: () => {
                throw new Error('guard')
              },
              target: 'b',
            },
          },
        },
        b: {},
      },
    })
    const commands: Command[] = []
    const snapshot = initialSnapshot(machine, undefined) as unknown as AnyMachineSnapshot
    expect(tableOf(machine)?.(snapshot, { type: 'go' }, { self: {}, system: {} }, commands)).toBeUndefined()
    expect(commands).toEqual([])
  })
})

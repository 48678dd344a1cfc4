// F7: bring your own machine: an ordinary XState machine that invokes Stator tasks runs as a durable workflow.
import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import {
  agent,
  createRuntime,
  fromTask,
  memory,
  StatorError,
  task,
  workflow,
  type Journal,
  type Runtime,
} from 'stator'
import type { VirtualClock } from 'stator/testing'
import { z } from 'zod'
import { newClock, pass, settled } from './support.ts'

const draft = task('draft', {
  input: z.object({ topic: z.string(), hints: z.array(z.string()) }),
  output: z.string(),
})

const HOUR = 3_600_000

/** A text is written, and a human has a day to say yes to it, or how it should be written instead. */
const reviewMachine = setup({
  types: {} as {
    context: { topic: string; text: string; hints: string[] }
    input: { topic: string }
    output: { text: string; rounds: number }
    events: { type: 'APPROVE' } | { type: 'CHANGE'; hint: string }
  },
  actors: { draft: fromTask(draft) },
}).createMachine({
  id: 'review',
  context: ({ input }) => ({ topic: input.topic, text: '', hints: [] }),
  initial: 'writing',
  states: {
    writing: {
      invoke: {
        id: 'draft',
        src: 'draft',
        input: ({ context: { topic, hints } }) => ({ topic, hints }),
        onDone: { target: 'waiting', actions: assign({ text: ({ event }) => event.output }) },
        onError: 'abandoned',
      },
    },
    waiting: {
      on: {
        APPROVE: 'published',
        CHANGE: {
          target: 'writing',
          actions: assign({ hints: ({ context, event }) => [...context.hints, event.hint] }),
        },
      },
      after: { [24 * HOUR]: 'published' },
    },
    published: { type: 'final' },
    abandoned: { type: 'final' },
  },
  output: ({ context: { text, hints } }) => ({ text, rounds: hints.length + 1 }),
})

const review = workflow('review', {
  machine: reviewMachine,
  input: z.object({ topic: z.string() }),
  events: { APPROVE: z.object({}), CHANGE: z.object({ hint: z.string() }) },
})

async function life(journal: Journal, clock: VirtualClock, written: string[]): Promise<Runtime> {
  const writer = agent('writer').handle(draft, ({ topic, hints }) => {
    written.push([topic, ...hints].join(', '))
    return `on ${[topic, ...hints].join(', ')}`
  })
  return createRuntime({ journal, agents: [writer], workflows: [review], host: { clock } })
}

test('it runs as any workflow, through process lives: its tasks once, its delays in full, its output the result', async () => {
  const [journal, clock, written] = [memory(), newClock(), [] as string[]]
  let runtime = await life(journal, clock, written)
  const { id, address } = await runtime.start(review, { topic: 'bees' }, { id: 'text' })
  await settled()
  expect(runtime.run(id).status()).toBe('running.waiting')
  await pass(clock, 20 * HOUR)
  await runtime.close()

  runtime = await life(journal, clock, written)
  await runtime.send({
    type: 'workflow.signal',
    to: address,
    data: { name: 'CHANGE', data: { hint: 'shorter' } },
  })
  await settled()
  await runtime.close()

  // Half a day while nobody was there counts.
  clock.set(clock.now() + 12 * HOUR)
  runtime = await life(journal, clock, written)
  await pass(clock, 11 * HOUR)
  expect(runtime.run(id).status()).toBe('running.waiting')
  await pass(clock, HOUR)
  expect(
    await runtime.start(review, { topic: 'bees' }, { id: 'text' }).then(async run => run.result()),
  ).toEqual({
    text: 'on bees, shorter',
    rounds: 2,
  })
  expect(written).toEqual(['bees', 'bees, shorter'])
  await runtime.close()
})

test('what no restart could bring back is refused when it is declared, with the place', () => {
  const custom = reviewMachine.provide({ actors: { draft: fromTask(task('other')) as never } })
  expect(() => workflow('review', { machine: custom })).not.toThrow()
  const beeping = setup({ actions: { beep: () => {} } }).createMachine({
    id: 'door',
    initial: 'shut',
    states: { shut: { on: { RING: { actions: 'beep' } } } },
  })
  let refused: unknown
  try {
    workflow('door', { machine: beeping })
  } catch (error) {
    refused = error
  }
  expect(refused).toBeInstanceOf(StatorError)
  expect(refused).toMatchObject({
    code: 'MACHINE_NOT_DURABLE',
    details: {
      machine: 'door',
      state: 'shut',
      place: 'on RING',
      what: "action beep, a function of one's own",
    },
  })
})

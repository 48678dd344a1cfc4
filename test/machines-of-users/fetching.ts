/**
 * A request that is tried again: the shape of XState's examples of data fetching. Idle until it is asked, it loads; a failure is shown
 * for a while that grows with every attempt, then tried again, and given up after the third; so is one that takes too long.
 */
import { assign, setup } from 'xstate'
import { fromTask, task, workflow } from 'stator'
import { z } from 'zod'

export const load = task('load', {
  input: z.object({ url: z.string(), attempt: z.int() }),
  output: z.object({ body: z.string() }),
})

export const fetchingMachine = setup({
  types: {} as {
    context: { url: string; attempt: number; body: string | null; problem: string | null }
    input: { url: string }
    output: { body: string | null; attempts: number }
    events: { type: 'FETCH' } | { type: 'GIVE_UP' }
  },
  actors: { load: fromTask(load) },
  guards: { mayTryAgain: ({ context }) => context.attempt < 3 },
  delays: { backoff: ({ context }) => 1_000 * 2 ** context.attempt },
}).createMachine({
  id: 'fetching',
  context: ({ input }) => ({ url: input.url, attempt: 0, body: null, problem: null }),
  initial: 'idle',
  states: {
    idle: { on: { FETCH: 'loading', GIVE_UP: 'abandoned' } },
    loading: {
      entry: assign({ attempt: ({ context }) => context.attempt + 1 }),
      invoke: {
        id: 'load',
        src: 'load',
        input: ({ context: { url, attempt } }) => ({ url, attempt }),
        onDone: {
          target: 'shown',
          actions: assign({ body: ({ event }) => event.output.body, problem: null }),
        },
        onError: {
          target: 'failed',
          actions: assign({ problem: ({ event }) => (event.error as { message: string }).message }),
        },
      },
      after: { 10_000: { target: 'failed', actions: assign({ problem: 'too slow' }) } },
    },
    failed: {
      after: { backoff: { guard: 'mayTryAgain', target: 'loading' } },
      always: { guard: ({ context }) => context.attempt >= 3, target: 'abandoned' },
      on: { GIVE_UP: 'abandoned' },
    },
    shown: { type: 'final' },
    abandoned: { type: 'final' },
  },
  output: ({ context }) => ({ body: context.body, attempts: context.attempt }),
})

export const fetching = workflow('fetching', {
  machine: fetchingMachine,
  input: z.object({ url: z.string() }),
  events: { FETCH: z.object({}), GIVE_UP: z.object({}) },
})

/**
 * Credit: the shape of XState's example of a credit check. Two bureaus are asked at once, each in a region of its own, and a bureau
 * that fails counts as one without a word; then guards decide, a customer accepts within a week, and the answer is sent.
 */
import { assign, setup } from 'xstate'
import { fromTask, task, workflow } from 'stator'
import { z } from 'zod'

export const ask = task('ask', {
  input: z.object({ bureau: z.string(), person: z.string() }),
  output: z.object({ score: z.int() }),
})
export const notify = task('notify', {
  input: z.object({ text: z.string() }),
  output: z.object({ id: z.string() }),
})

const WEEK = 7 * 24 * 3_600_000

export const creditMachine = setup({
  types: {} as {
    context: { person: string; scores: number[]; rate: number | null; notice: string | null }
    input: { person: string }
    output: { notice: string | null; rate: number | null }
    events: { type: 'ACCEPT'; rate: number } | { type: 'DECLINE' }
  },
  actors: { ask: fromTask(ask), notify: fromTask(notify) },
  guards: {
    isGood: ({ context: { scores } }) => scores.length > 0 && Math.max(...scores) >= 700,
    isFair: ({ event }) => event.type === 'ACCEPT' && event.rate >= 3,
  },
}).createMachine({
  id: 'credit',
  context: ({ input }) => ({ person: input.person, scores: [], rate: null, notice: null }),
  initial: 'asking',
  states: {
    asking: {
      type: 'parallel',
      states: {
        north: {
          initial: 'open',
          states: {
            open: {
              invoke: {
                id: 'north',
                src: 'ask',
                input: ({ context }) => ({ bureau: 'north', person: context.person }),
                onDone: {
                  target: 'answered',
                  actions: assign({
                    scores: ({ context, event }) => [...context.scores, event.output.score],
                  }),
                },
                onError: 'answered',
              },
            },
            answered: { type: 'final' },
          },
        },
        south: {
          initial: 'open',
          states: {
            open: {
              invoke: {
                id: 'south',
                src: 'ask',
                input: ({ context }) => ({ bureau: 'south', person: context.person }),
                onDone: {
                  target: 'answered',
                  actions: assign({
                    scores: ({ context, event }) => [...context.scores, event.output.score],
                  }),
                },
                onError: 'answered',
              },
            },
            answered: { type: 'final' },
          },
        },
      },
      onDone: [{ guard: 'isGood', target: 'offered' }, { target: 'notifying' }],
    },
    offered: {
      on: {
        ACCEPT: {
          guard: 'isFair',
          target: 'notifying',
          actions: assign({ rate: ({ event }) => event.rate }),
        },
        DECLINE: 'notifying',
      },
      after: { [WEEK]: 'notifying' },
    },
    notifying: {
      invoke: {
        id: 'notify',
        src: 'notify',
        input: ({ context: { person, rate } }) => ({
          text: `${person}: ${rate === null ? 'none' : `${rate} %`}`,
        }),
        onDone: { target: 'closed', actions: assign({ notice: ({ event }) => event.output.id }) },
      },
    },
    closed: { type: 'final' },
  },
  output: ({ context }) => ({ notice: context.notice, rate: context.rate }),
})

export const credit = workflow('credit', {
  machine: creditMachine,
  input: z.object({ person: z.string() }),
  events: { ACCEPT: z.object({ rate: z.number() }), DECLINE: z.object({}) },
})

/**
 * Moving house: the shape of XState's examples of history. Boxes are packed room by room, by a task each; a phone call interrupts that
 * from anywhere, and afterwards it goes on where it was, the room in hand anew. A lift that is booked beside it has a time of its own.
 */
import { assign, setup } from 'xstate'
import { fromTask, task, workflow } from 'stator'
import { z } from 'zod'

export const pack = task('pack', { input: z.object({ room: z.string() }), output: z.int() })

export const movingMachine = setup({
  types: {} as {
    context: { boxes: number; calls: number; lift: string }
    output: { boxes: number; calls: number; lift: string }
    events: { type: 'RING' } | { type: 'HANG_UP' }
  },
  actors: { pack: fromTask(pack) },
  actions: { count: assign({ calls: ({ context }) => context.calls + 1 }) },
}).createMachine({
  id: 'moving',
  context: { boxes: 0, calls: 0, lift: 'asked for' },
  type: 'parallel',
  states: {
    rooms: {
      initial: 'packing',
      states: {
        packing: {
          initial: 'kitchen',
          on: { RING: { target: 'phone', actions: 'count' } },
          states: {
            kitchen: {
              invoke: {
                id: 'kitchen',
                src: 'pack',
                input: { room: 'kitchen' },
                onDone: {
                  target: 'attic',
                  actions: assign({ boxes: ({ context, event }) => context.boxes + event.output }),
                },
              },
            },
            attic: {
              invoke: {
                id: 'attic',
                src: 'pack',
                input: { room: 'attic' },
                onDone: {
                  target: '#packed',
                  actions: assign({ boxes: ({ context, event }) => context.boxes + event.output }),
                },
              },
            },
            again: { type: 'history', history: 'deep' },
          },
        },
        phone: { on: { HANG_UP: 'packing.again' }, after: { 60_000: 'packing.again' } },
        packed: { id: 'packed', type: 'final' },
      },
    },
    lift: {
      initial: 'waiting',
      states: {
        waiting: { after: { 5_000: { target: 'there', actions: assign({ lift: 'there' }) } } },
        there: { type: 'final' },
      },
    },
  },
  output: ({ context }) => context,
})

export const moving = workflow('moving', {
  machine: movingMachine,
  events: { RING: z.object({}), HANG_UP: z.object({}) },
})

/** The machines of the XState limits: the least that a workflow and a step can be, in memory, with nothing around them. */
import { assign, createActor, fromPromise, setup, type ActorRefFrom } from 'xstate'

const chainMachine = setup({
  types: {} as { context: { left: number }; input: { steps: number } },
  actors: { step: fromPromise(async () => 1) },
  guards: { isLast: ({ context }) => context.left === 1 },
  actions: { count: assign({ left: ({ context }) => context.left - 1 }) },
}).createMachine({
  id: 'chain',
  context: ({ input }) => ({ left: input.steps }),
  initial: 'step',
  states: {
    step: {
      invoke: {
        src: 'step',
        onDone: [
          { guard: 'isLast', target: 'completed' },
          { target: 'step', reenter: true, actions: 'count' },
        ],
      },
    },
    completed: { type: 'final' },
  },
})

/** One machine for a workflow; its steps are promises that it invokes. */
export function runChain(steps: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const actor = createActor(chainMachine, { input: { steps } })
    actor.subscribe({ complete: resolve, error: reject })
    actor.start()
  })
}

type StepEvent =
  { type: 'create'; input: number } | { type: 'start'; agent: string } | { type: 'done'; output: number }

export const stepMachine = setup({
  types: {} as { context: { input: number; agent: string | null; output: number }; events: StepEvent },
  actions: {
    create: assign(({ event }) => (event.type === 'create' ? { input: event.input } : {})),
    start: assign(({ event }) => (event.type === 'start' ? { agent: event.agent } : {})),
    finish: assign(({ event }) => (event.type === 'done' ? { output: event.output } : {})),
  },
}).createMachine({
  id: 'step',
  context: { input: 0, agent: null, output: 0 },
  initial: 'pending',
  states: {
    pending: { on: { create: { target: 'queued', actions: 'create' } } },
    queued: { on: { start: { target: 'running', actions: 'start' } } },
    running: { on: { done: { target: 'completed', actions: 'finish' } } },
    completed: { type: 'final' },
  },
})

export type StepActor = ActorRefFrom<typeof stepMachine>

/** The first of the three events of a step. */
export function createStep(input: number): StepActor {
  const actor = createActor(stepMachine).start()
  actor.send({ type: 'create', input })
  return actor
}

const work = async (n: number): Promise<number> => n

/** The other two, with the no-op between them. */
export async function finishStep(actor: StepActor, input: number): Promise<void> {
  actor.send({ type: 'start', agent: 'agent/worker' })
  actor.send({ type: 'done', output: await work(input) })
  if (actor.getSnapshot().status !== 'done') throw new Error('the step did not end')
}

export const runStep = (input: number): Promise<void> => finishStep(createStep(input), input)

/**
 * Post: one message to many agents. One record says what is said and to whom; each recipient gets a task of its own from it, in the same
 * turn, and that is all. Pure: who is an agent, and what becomes of the tasks, is not its business.
 */
import { enqueueActions, setup } from 'xstate'
import type { Emitted } from '../messages/command.ts'
import type { EventsOf } from '../messages/event.ts'
import type { Json } from '../messages/json.ts'
import type { postMessages } from '../messages/post.ts'

export interface PostContext {
  /** How many it went to. */
  readonly recipients: number
}

export type PostEvent = EventsOf<typeof postMessages>

export const postMachine = setup({
  types: {} as { context: PostContext; events: PostEvent; emitted: Emitted },
  actions: {
    deliver: enqueueActions(({ event, enqueue }) => {
      const { create, recipients } = event.data
      const id = event.to.slice('post/'.length)
      enqueue.assign({ recipients: recipients.length })
      recipients.forEach(({ agent, queue }, index) => {
        const data = { ...create, agent, queue } as unknown as Json
        enqueue.emit({ type: 'send', to: `task/${id}:${index}`, event: 'task.create', data })
      })
    }),
  },
}).createMachine({
  id: 'post',
  version: '1',
  description: 'One message to many agents: a task for each of them, from one record.',
  options: { maxIterations: 100 },
  context: { recipients: 0 },
  initial: 'written',
  states: {
    written: {
      meta: { description: 'Is not sent yet.' },
      on: { 'post.send': { target: 'sent', actions: 'deliver' } },
    },
    sent: { type: 'final', meta: { description: 'Each recipient has a task of it.' } },
  },
})

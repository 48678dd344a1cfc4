/** Dispatching: the dispatcher as a decider of the hub: what it sees of actors, and how its choice becomes an input. */
import type { AgentContext } from '../machines/agent.ts'
import type { QueueContext } from '../machines/queue.ts'
import type { TaskContext } from '../machines/task.ts'
import type { Decider } from './decider.ts'
import type { Dispatcher } from './dispatcher.ts'
import { startInput } from './inputs.ts'
import type { Population } from './population.ts'

export function dispatching(dispatcher: Dispatcher, population: Population): Decider {
  return {
    observe: ({ address, definition, state, snapshot, priority, sinceSeq }, at) => {
      const { kind } = definition.kind
      if (kind === 'task')
        dispatcher.task(address, state, snapshot.context as TaskContext, priority, sinceSeq, at)
      else if (kind === 'agent') dispatcher.agent(address, state, snapshot.context as AgentContext)
      else if (kind === 'queue') dispatcher.queue(address, state, snapshot.context as QueueContext, at)
      else if (kind === 'workflow')
        dispatcher.shelf.stand(address, definition.run?.isPaused(snapshot) === true)
    },
    // Whatever is left of it is told to end.
    ended: ({ address }) => dispatcher.shelf.stand(address, false),
    next: at => {
      const start = dispatcher.next(at)
      return start === null ? undefined : startInput(start.task, start.agent, population.find(start.task))
    },
    hasWork: at => dispatcher.hasWork(at),
    get wakeAt() {
      return dispatcher.wakeAt
    },
    close: () => dispatcher.close(),
  }
}

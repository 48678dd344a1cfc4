/** The kinds of actors that ship: task, agent, workflow. */
import { agentMachine } from '../machines/agent.ts'
import { graphMachine } from '../machines/graph.ts'
import { taskMachine } from '../machines/task.ts'
import { agentMessages, agentPublic } from '../messages/agent.ts'
import { taskMessages, taskPublic } from '../messages/task.ts'
import { workflowMessages, workflowPublic } from '../messages/workflow.ts'
import type { ActorKind } from './kind.ts'

export const taskKind: ActorKind = {
  kind: 'task',
  machine: taskMachine,
  creates: 'task.create',
  messages: taskMessages,
  public: taskPublic,
  names: { running: 'task.started' },
  wakes: () => true,
  // Its place in the line is the dispatcher's to know.
  rests: state => state === 'queued',
}

export const agentKind: ActorKind = {
  kind: 'agent',
  machine: agentMachine,
  creates: 'agent.register',
  messages: agentMessages,
  public: agentPublic,
  names: {},
  wakes: () => true,
  rests: () => false,
}

export const workflowKind: ActorKind = {
  kind: 'workflow',
  machine: graphMachine,
  creates: 'workflow.start',
  messages: workflowMessages,
  public: workflowPublic,
  names: { running: 'workflow.started' },
  // A workflow waits for its tasks, and they wake it.
  wakes: () => false,
  rests: () => true,
}

export const KINDS_THAT_ACT: readonly ActorKind[] = [taskKind, agentKind, workflowKind]

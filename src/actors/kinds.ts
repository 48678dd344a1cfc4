/** The kinds of actors that ship: task, agent, workflow. */
import { agentMachine } from '../machines/agent.ts'
import { budgetMachine, hindrance, type BudgetContext, type BudgetEvent } from '../machines/budget.ts'
import { conversationMachine } from '../machines/conversation.ts'
import { gateMachine } from '../machines/gate.ts'
import { graphMachine } from '../machines/graph.ts'
import { groupMachine } from '../machines/group.ts'
import { projectMachine } from '../machines/project.ts'
import { queueMachine } from '../machines/queue.ts'
import { scheduleMachine } from '../machines/schedule.ts'
import { taskMachine } from '../machines/task.ts'
import { agentMessages, agentPublic } from '../messages/agent.ts'
import { budgetMessages, budgetPublic } from '../messages/budget.ts'
import { conversationMessages, conversationPublic } from '../messages/conversation.ts'
import { gateMessages, gatePublic } from '../messages/gate.ts'
import { groupMessages, groupPublic } from '../messages/group.ts'
import { projectMessages, projectPublic } from '../messages/project.ts'
import { queueMessages, queuePublic } from '../messages/queue.ts'
import { scheduleMessages, schedulePublic } from '../messages/schedule.ts'
import { taskMessages, taskPublic } from '../messages/task.ts'
import { workflowMessages, workflowPublic } from '../messages/workflow.ts'
import { exhausted } from './budget.ts'
import { contextKind } from './context-kind.ts'
import { whyOfGate } from './gate-why.ts'
import type { ActorKind } from './kind.ts'
import { postKind } from './post.ts'
import { lockKind } from './lock.ts'

export const taskKind: ActorKind = {
  kind: 'task',
  machine: taskMachine,
  creates: 'task.create',
  messages: taskMessages,
  public: taskPublic,
  names: { running: 'task.started' },
  wakes: () => true,
  // Its place in the line is the dispatcher's to know, what it waits for that of the dependencies; letters are the postmaster's.
  rests: state => state === 'queued' || state === 'pending' || state === 'dead',
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
  names: {
    running: 'workflow.started',
    'paused > running': 'workflow.resumed',
    'held > running': 'workflow.resumed',
  },
  // A workflow waits for its tasks, and they wake it. Where it waits for an operator, it must be seen.
  wakes: state => state === 'held',
  rests: state => state !== 'held',
}

export const queueKind: ActorKind = {
  kind: 'queue',
  machine: queueMachine,
  creates: 'queue.configure',
  messages: queueMessages,
  public: queuePublic,
  names: {},
  wakes: () => true,
  rests: () => false,
}

export const groupKind: ActorKind = {
  kind: 'group',
  machine: groupMachine,
  creates: 'group.create',
  messages: groupMessages,
  public: groupPublic,
  names: { running: 'group.started' },
  // A group waits for its tasks, and they wake it.
  wakes: () => false,
  rests: () => true,
}

export const scheduleKind: ActorKind = {
  kind: 'schedule',
  machine: scheduleMachine,
  creates: 'schedule.create',
  messages: scheduleMessages,
  public: schedulePublic,
  names: {},
  // Its time may have come while nobody was there.
  wakes: () => true,
  rests: () => false,
}

export const gateKind: ActorKind = {
  kind: 'gate',
  machine: gateMachine,
  creates: 'gate.open',
  messages: gateMessages,
  public: gatePublic,
  names: { open: 'gate.opened' },
  why: whyOfGate,
  // A gate waits for its answer, or for its timer, and they wake it.
  wakes: () => false,
  rests: () => true,
}

export const budgetKind: ActorKind = {
  kind: 'budget',
  machine: budgetMachine,
  creates: 'budget.open',
  messages: budgetMessages,
  public: budgetPublic,
  names: { open: 'budget.opened', 'exhausted > open': 'budget.replenished' },
  why: (context, event) => {
    const lack = hindrance(context as BudgetContext, event as unknown as BudgetEvent)
    return lack === undefined ? undefined : exhausted(event.to, lack)
  },
  // What attempts that are over have left in it must be seen at a start.
  wakes: () => true,
  rests: () => false,
}

export const conversationKind: ActorKind = {
  kind: 'conversation',
  machine: conversationMachine,
  creates: 'conversation.load',
  messages: conversationMessages,
  public: conversationPublic,
  names: { running: 'conversation.started', 'stopped > running': 'conversation.resumed' },
  // What of its rate is used up must be seen at a start, and whether it is stopped.
  wakes: () => true,
  rests: () => false,
}

export const projectKind: ActorKind = {
  kind: 'project',
  machine: projectMachine,
  creates: 'project.open',
  messages: projectMessages,
  public: projectPublic,
  names: { open: 'project.opened', 'closed > open': 'project.reopened' },
  // What lives of it is counted in memory, so it must be known.
  wakes: () => true,
  rests: () => false,
}

export const KINDS_THAT_ACT: readonly ActorKind[] = [
  taskKind,
  agentKind,
  workflowKind,
  queueKind,
  groupKind,
  scheduleKind,
  gateKind,
  conversationKind,
  budgetKind,
  projectKind,
  contextKind,
  postKind,
  lockKind,
]

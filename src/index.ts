/** stator: the public names. Everything else is internal; nothing is defined here. */
export { agent, AgentDefinition, type AgentOptions, type Handler } from './actors/agent.ts'
export {
  graph,
  parallel,
  sequence,
  type GraphOptions,
  type GraphStep,
  type TaskGraph,
} from './actors/graph.ts'
export {
  sharedContext,
  type AnyContext,
  type ContextDefinition,
  type ContextShape,
} from './actors/shared-context.ts'
export type { Amounts, AttemptBudget, Meter, Reservation } from './actors/budget-calls.ts'
export type {
  CompareOptions,
  ContextEntry,
  ContextScope,
  ContextVersion,
  ProjectScope,
  LockableContext,
  SharedContext,
  UpdateOptions,
  WriteOptions,
} from './actors/context-calls.ts'
export { fromTask, type TaskLogic } from './actors/from-task.ts'
export type { EventSchemas, OwnMachine, OwnMachineOptions } from './actors/own-machine.ts'
export { RetryAfterError } from './actors/retry-after.ts'
export {
  queue,
  type QueueDefinition,
  type QueueOptions,
  type RateOptions,
  type ShareOptions,
} from './actors/queue.ts'
export {
  task,
  type AnyTask,
  type RetryOptions,
  type TaskDefinition,
  type TaskOptions,
  type Timeouts,
} from './actors/task.ts'
export type {
  AskOptions,
  Audience,
  ConsultOptions,
  HandOff,
  HandOffOptions,
  ReceivedMail,
  Recipient,
  SayMailOptions,
  Sent,
  SentToMany,
  Specialism,
} from './actors/mail-calls.ts'
export type { DoOptions, Logger, Reconciled, TaskContext } from './actors/task-context.ts'
export type { Lock, LockOptions } from './actors/lock-calls.ts'
export { workflow, WorkflowDefinition, type AnyWorkflow, type WorkflowOptions } from './actors/workflow.ts'
export type {
  Cases,
  LoopOptions,
  MapOptions,
  Mapper,
  ParallelSteps,
  Provided,
  Row,
  Startable,
  StepOptions,
  Undo,
} from './actors/workflow-steps.ts'
export { flow, type FlowDefinition } from './actors/flow.ts'
export type {
  DocumentCondition,
  DocumentNode,
  DocumentReference,
  FlowDocument,
} from './actors/flow-document.ts'
export {
  gate,
  type Approval,
  type FilledApproval,
  type GateDefinition,
  type GateOptions,
} from './actors/gate.ts'
export type { EscalateOptions, GateCalls } from './actors/gate-calls.ts'
export type { GateQuestionOptions, GateTerms, GateWords } from './actors/gate-question.ts'
export {
  query,
  signal,
  update,
  type QueryDefinition,
  type SignalDefinition,
  type UpdateDefinition,
} from './actors/signals.ts'
export type { SupervisionOptions } from './actors/supervision.ts'
export { ERRORS, NonRetryableError, StatorError, type ErrorCode, type Failure } from './errors.ts'
export { agentMachine } from './machines/agent.ts'
export { budgetMachine } from './machines/budget.ts'
export { contextMachine } from './machines/context.ts'
export { conversationMachine } from './machines/conversation.ts'
export { gateMachine } from './machines/gate.ts'
export { graphMachine } from './machines/graph.ts'
export { groupMachine } from './machines/group.ts'
export { hubMachine } from './machines/hub.ts'
export { postMachine } from './machines/post.ts'
export { projectMachine } from './machines/project.ts'
export { lockMachine } from './machines/lock.ts'
export { queueMachine } from './machines/queue.ts'
export { scheduleMachine } from './machines/schedule.ts'
export { taskMachine } from './machines/task.ts'
export type { Address, Kind } from './messages/address.ts'
export type { Duration } from './messages/duration.ts'
export type { Json } from './messages/json.ts'
export { DEAD_REASONS, type DeadReason } from './messages/task.ts'
export { MAIL_TYPES, type MailType } from './messages/mail.ts'
export { PRIORITIES, type Message, type Priority } from './messages/message.ts'
export type { Migrate, RunSnapshot, StateValue } from './messages/migration.ts'
export type { Refusal, Signal } from './messages/signal.ts'
export { PREFLIGHT_CODES, type PreflightCode } from './preflight/codes.ts'
export type { Finding } from './preflight/finding.ts'
export { preflight } from './preflight/preflight.ts'
export type { ActorInfo, ActorsView, HeldActor } from './runtime/actors-view.ts'
export type {
  Project,
  ProjectInfo,
  ProjectSummary,
  ProjectsView,
  ProjectWord,
} from './runtime/project/projects-view.ts'
export type { ByState, Report } from './runtime/report/report.ts'
export type { AgentFilter, AgentInfo, AgentPool, AgentsView } from './runtime/agents-view.ts'
export type { AttemptInfo } from './runtime/attempts.ts'
export type { TaskHandle, TaskInfo, WaitOptions } from './runtime/handles.ts'
export type { AllowedEvent } from './runtime/run-allowed.ts'
export type { CancelOptions, Run } from './runtime/run-handle.ts'
export type { HeldStep } from './runtime/run-held.ts'
export type { Progress } from './runtime/run-progress.ts'
export type { RunFilter, RunPage, RunsView, RunSummary } from './runtime/runs-view.ts'
export type { ConversationInfo, ConversationsView } from './runtime/conversation/conversations-view.ts'
export { cursorOf } from './runtime/cursor.ts'
export type { Effects, Mock } from './runtime/effects.ts'
export type { EffectsView } from './runtime/effects-view.ts'
export { fork, type ForkOptions, type ForkReader } from './runtime/fork.ts'
export type {
  Assigned,
  GateAnswer,
  GateFilter,
  GateInfo,
  GateOutcome,
  GatePage,
  GatesView,
  OpenGateOptions,
} from './runtime/gates-view.ts'
export type { BudgetHold, BudgetInfo, BudgetsView, OpenBudgetOptions } from './runtime/budget/budgets-view.ts'
export type {
  EffectState,
  EffectWord,
  LedgerEntry,
  LedgerFilter,
  LedgerPage,
  LedgerView,
} from './runtime/ledger/ledger-view.ts'
export type { BudgetLimits, BudgetOption } from './runtime/budget/limits.ts'
export type { GateNotice, NotifyGate } from './runtime/gate/notifier.ts'
export type { GroupHandle } from './runtime/group-handle.ts'
export type { GroupOutcome, GroupProgress } from './runtime/group-outcome.ts'
export type { Host } from './runtime/host.ts'
export type { HistoryFilter, Journal, Origin } from './runtime/journal.ts'
export { DEFAULT_LIMITS, type Limits } from './runtime/limits.ts'
export type { ClientOptions } from './runtime/mail/client-options.ts'
export type { MailFilter, MailInfo, MailPage } from './runtime/mail/history.ts'
export type { MailView } from './runtime/mail/mail-view.ts'
export type {
  AcquireOptions,
  LockCounts,
  LockHolderInfo,
  LockInfo,
  LockPage,
  LocksView,
  LockStatistics,
} from './runtime/lock/locks-view.ts'
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
} from './runtime/mailbox/dead-letters.ts'
export { memory } from './runtime/memory-journal.ts'
export type {
  Dependency,
  GroupItem,
  GroupOptions,
  PreflightRules,
  ReadOptions,
  RuntimeOptions,
  RuntimeStatus,
  StartOptions,
  SubmitOptions,
} from './runtime/options.ts'
export type { RunOutcome, TaskOutcome } from './runtime/outcome.ts'
export type { Hindrance } from './runtime/hindrances.ts'
export type { QueueHandle, QueueInfo } from './runtime/queue-handle.ts'
export type { MayStart } from './runtime/queues.ts'
export type { TaskCounts, TaskFilter, TaskPage, TaskState, TaskSummary } from './runtime/task-list.ts'
export type { TasksView } from './runtime/tasks-view.ts'
export type { OpenEffect } from './runtime/stand-ins.ts'
export {
  upgradeCheck,
  type RunUpgrade,
  type UpgradeReader,
  type UpgradeReport,
  type UpgradeVerdict,
} from './runtime/upgrade-check.ts'
export { createRuntime, type Runtime } from './runtime/runtime.ts'
export type { ScheduleInfo, ScheduleOptions, SchedulesView } from './runtime/schedules-view.ts'

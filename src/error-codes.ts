/**
 * The one catalogue of errors: code, message, next step. Codes never change between majors. Those that concern workflows are in
 * run-error-codes.ts, those of agents that work together in team-error-codes.ts. Nothing else may define a code; nothing here may import from the rest of the project.
 */
import { RUN_ERRORS } from './run-error-codes.ts'
import { TEAM_ERRORS } from './team-error-codes.ts'

export interface ErrorEntry {
  /** What happened, in one sentence. */
  readonly message: string
  /** What the reader can do about it. */
  readonly next: string
}

export const ERRORS = {
  ...RUN_ERRORS,
  ...TEAM_ERRORS,
  ADDRESS_INVALID: {
    message: 'An address or id is malformed.',
    next: 'An address is kind/id. An id is one part; only that of a step has two: run/step. A part has 1 to 200 characters out of letters, digits, and . _ : @ - and begins with a letter or a digit.',
  },
  AGENT_BUSY: {
    message: 'The agent still has work running.',
    next: 'Pause it, wait for its work to end, then unregister it.',
  },
  AGENT_UNKNOWN: {
    message: 'No agent of that id is registered.',
    next: 'Register the agent, or correct the id.',
  },
  ALREADY_REGISTERED: {
    message: 'Something of that name or id is registered already.',
    next: 'Choose another name, or unregister the first.',
  },
  ARBITRARY_UNKNOWN: {
    message: 'No values are known that the schema takes.',
    next: 'Give an arbitrary of your own, as in input: fc.constantFrom(…); or say in the schema what its check demands, by bounds, a pattern or an enum.',
  },
  CANCELLED: {
    message: 'The work was cancelled.',
    next: 'Nothing to repair: somebody asked for it; the reason is in the details.',
  },
  CHECK_FAILED: {
    message: 'A promise does not hold in a simulation.',
    next: 'Read the trace from above; replay it with the token at its end, mend the code, and keep the regression.',
  },
  CHECK_INVALID: {
    message: 'The options of a check are not usable.',
    next: 'Correct what the details name.',
  },
  CHECK_VACUOUS: {
    message: 'A check passed without looking at anything.',
    next: 'Correct the property or the effect that the details name: it was never put to the test.',
  },
  CLOSED: {
    message: 'The runtime is closed or closing.',
    next: 'Create a new runtime on the same journal; what was acknowledged is there.',
  },
  COMMAND_INVALID: {
    message: 'The command cannot be understood.',
    next: 'See what it takes with --help.',
  },
  CYCLE: {
    message: 'The dependencies form a cycle.',
    next: 'Remove one of the dependencies that the details spell out.',
  },
  DEFINITION_INVALID: { message: 'A definition is not usable.', next: 'Correct what the details name.' },
  DEPENDENCY_FAILED: {
    message: 'A step it depends on did not complete.',
    next: 'Look at the step named in the details; it failed first.',
  },
  DEPENDENCY_UNKNOWN: {
    message: 'A dependency names a step that does not exist.',
    next: 'Correct the name, or add the step.',
  },
  EVENT_REFUSED: {
    message: 'The actor does not accept this event in its present state.',
    next: 'The details give the state and the events that are allowed there.',
  },
  FORK_IMPOSSIBLE: {
    message: 'The history cannot be rebuilt at that position: a pruning took what it needs.',
    next: 'Fork at the position `first` of the details, whose cursor is `from`, or at a later one.',
  },
  GROUP_FAILED: {
    message: 'Not every task of the group completed.',
    next: 'The details name the tasks that did not, and why.',
  },
  HANDLER_FAILED: {
    message: 'The handler threw an error.',
    next: 'Read the cause; throw NonRetryableError where a retry cannot help.',
  },
  HEARTBEAT_TIMEOUT: {
    message: 'The handler gave no sign of life within its heartbeat.',
    next: 'Call ctx.heartbeat() or ctx.progress() more often than timeout.heartbeat asks for, or raise that.',
  },
  HELD: {
    message: 'The actor is held and does not move until an operator acts.',
    next: 'See runtime.held() for the reason, and mend it; then runtime.release(address), for a step of a run run.retry(), run.skip() or run.finish(), where a definition is missing a start with one that fits.',
  },
  HOPS_EXCEEDED: {
    message: 'One input caused a longer chain of messages than allowed.',
    next: 'Look for actors that answer each other for ever; raise limits.hops only if the chain is meant.',
  },
  HUB_BUSY: {
    message: 'The inbox of the hub is full.',
    next: 'Send later, or send with { whenFull: "wait" }.',
  },
  IDEMPOTENCY_CONFLICT: {
    message: 'That key or id was used before with another input.',
    next: 'Use a new key for new work, or the same input for the same work.',
  },
  INPUT_INVALID: {
    message: 'A value does not fit its schema.',
    next: 'Correct the value at the paths that the details name.',
  },
  INTERRUPTED: {
    message: 'The process died while this task ran.',
    next: 'After three interruptions a task fails: see whether its handler ends the process.',
  },
  JOURNAL_CLOSED: {
    message: 'The journal is not open.',
    next: 'Open it first; after close() open it again.',
  },
  JOURNAL_DAMAGED: {
    message: 'The journal file is damaged.',
    next: 'Restore it from a backup; the details name the first bad position.',
  },
  JOURNAL_FAILED: {
    message: 'The journal could not write; the runtime has stopped.',
    next: 'Mend the disk, then create a new runtime: it goes on from what was written.',
  },
  JOURNAL_MISSING: {
    message: 'There is no journal at that path.',
    next: 'Correct the path; a runtime makes the file when it opens it, a reader does not.',
  },
  JOURNAL_NEWER: {
    message: 'The journal was written by a newer version of Stator.',
    next: 'Use that version or a later one.',
  },
  JOURNAL_OWNED: {
    message: 'Another process or runtime owns this journal.',
    next: 'Close the other owner; ownership ends by itself when its process dies.',
  },
  JOURNAL_USED: {
    message: 'The journal to fork into is in use already.',
    next: 'Give the path of a new file, or memory().',
  },
  MACHINE_FAULT: {
    message: 'A guard or an action of the machine threw.',
    next: 'Mend the machine; the actor stands where it stood before that message.',
  },
  MACHINE_UNSUPPORTED: {
    message: 'The machine does something that cannot be durable.',
    next: 'Use assign, emit, raise, after and guards; leave effects to tasks.',
  },
  MESSAGE_TOO_DEEP: {
    message: 'A value is nested deeper than allowed.',
    next: 'Flatten it, or raise limits.jsonDepth.',
  },
  MESSAGE_TOO_LARGE: {
    message: 'A message is larger than allowed.',
    next: 'Store the bulk elsewhere and send a reference, or raise limits.messageBytes.',
  },
  MESSAGE_TYPE_UNKNOWN: {
    message: 'That kind of actor takes no message of this type from outside.',
    next: 'The details list the types that it takes.',
  },
  MODULE_INVALID: {
    message: 'The module cannot be used.',
    next: 'Give the path of an ES module that loads and exports workflows. TypeScript needs Node 22.18 or later and syntax that can be stripped; else give what it was compiled to.',
  },
  NOT_BY_HAND: {
    message: 'No answer is waited for by hand there.',
    next: 'Answer for a task that runs, and has no mock, in a runtime with effects: "off" or with mocks; runtime.effects.open() lists them.',
  },
  NOT_FOUND: {
    message: 'Nothing lives at that address, nor ever did, or it was pruned.',
    next: 'Check the id; runtime.runs.list() and stator runs list runs, runtime.actors.list() all that lives.',
  },
  NOT_JSON: {
    message: 'A value is not JSON.',
    next: 'Send plain objects, arrays, strings, finite numbers, booleans and null.',
  },
  OUTPUT_INVALID: {
    message: 'The handler returned a value that does not fit the output schema.',
    next: 'Mend the handler, or the schema of the task.',
  },
  QUEUE_TIMEOUT: {
    message: 'The task waited longer for an agent than it may.',
    next: 'Add agents or capacity, or raise timeout.queueToStart of the task.',
  },
  QUEUE_DRAINING: {
    message: 'The queue takes no tasks: it is being drained.',
    next: 'Resume the queue, or use another one.',
  },
  QUEUE_FULL: {
    message: 'As many tasks wait in the queue as it allows.',
    next: 'Enqueue later, or with { whenFull: "wait" }; raise maxWaiting if the backlog is meant.',
  },
  QUEUE_UNKNOWN: {
    message: 'No queue of that name is registered.',
    next: 'Correct the name, or give the queue to createRuntime({ queues }).',
  },
  RECIPIENT_UNKNOWN: {
    message: 'The recipient of a message does not exist.',
    next: 'Check the address; finished actors take no messages.',
  },
  REPLAY_DIVERGED: {
    message: 'A replay of the journal did other things than were recorded.',
    next: 'The machine is not pure or was changed without a new version; restore the version that wrote the journal.',
  },
  SENDER_UNKNOWN: {
    message: 'The sender of a message does not exist.',
    next: 'Send as a client: runtime.client(name) makes one known. Agents speak through the ctx of their handlers, and nobody else in their name.',
  },
  SQLITE_OLD: {
    message: 'This Node carries an SQLite older than 3.51.3, which has a bug in resetting its WAL.',
    next: 'Upgrade Node to 24.12 or later when you can; one writer, as here, does not meet the bug.',
  },
  STALE_ATTEMPT: {
    message: 'The attempt that asked is over.',
    next: 'Stop working when ctx.signal aborts; the result of this attempt is not used.',
  },
  STALE_TIMER: {
    message: 'A timer fired that was cancelled or set anew meanwhile.',
    next: 'Nothing to repair: it was recorded and not applied.',
  },
  TASK_EXPIRED: {
    message: 'The task was not done in the time that it has in all.',
    next: 'Raise timeout.overall of the task, or see in TaskHandle.attempts() what took so long.',
  },
  TASK_FAILED: { message: 'The task failed.', next: 'Read the cause in the details.' },
  TASK_TIMEOUT: {
    message: 'The handler did not settle within its timeout.',
    next: 'Raise the timeout of the task, or make the handler obey ctx.signal.',
  },
  TASK_UNHANDLED: {
    message: 'No registered agent handles this task in the role asked for.',
    next: 'Register an agent with .handle(task, …) and the right role.',
  },
  TIMED_OUT: {
    message: 'Waiting took longer than the timeout given.',
    next: 'The work goes on; wait again with the same handle.',
  },
  TOKEN_INVALID: {
    message: 'A replay token cannot be played.',
    next: 'Copy the whole token, and play it with the check and the version of Stator that printed it.',
  },
  WORKER_DIED: {
    message: 'The worker thread ended without an answer.',
    next: 'See whether the module calls process.exit, or waits for something that never comes; a retry starts a fresh thread.',
  },
  WORKER_MODULE_INVALID: {
    message: 'The module of a worker cannot be used.',
    next: 'Give the URL of a module that loads, as in new URL("./resize.js", import.meta.url), and export a function from it.',
  },
  WORKER_OUT_OF_MEMORY: {
    message: 'The worker thread went over its memory limit.',
    next: 'Raise the memory option of worker(), or work on less at once.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

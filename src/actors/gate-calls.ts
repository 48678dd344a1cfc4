/** Gate calls: how a handler asks people. The interface only. */
import type { z } from 'zod'
import type { FilledApproval, Approval } from './gate.ts'
import type { GateQuestionOptions } from './gate-question.ts'
import type { Schema } from './schema.ts'

export interface EscalateOptions<Form extends Schema = Schema> extends GateQuestionOptions<Form> {
  /**
   * Names the question among those of the task: one part. Whoever asks by the same name asks the same. Default: all that is asked,
   * and how often it was asked before in this attempt.
   */
  readonly id?: string
  /** Who waits: the whole agent, which gets no new work until it is answered, or this task alone. Default `agent`. */
  readonly pause?: 'agent' | 'task'
  /** What becomes of the agent when it is not approved: it goes on, or is stopped, which takes it out of the runtime. Default `resume`. */
  readonly onReject?: 'resume' | 'stop'
}

export interface GateCalls {
  /**
   * Opens a gate and waits for its answer: resolves with the approval, once somebody gave it. While it waits, time limits of the
   * attempt stand still. Another attempt that asks the same, also after a restart, waits for the same gate. When the task ends, the
   * gate is cancelled.
   * @throws StatorError (rejects) GATE_REJECTED, GATE_EXPIRED, CANCELLED: not approved, which no further attempt changes;
   * STALE_ATTEMPT; INPUT_INVALID, DEFINITION_INVALID (no duration, no form), ADDRESS_INVALID (no id); HELD, HUB_BUSY, CLOSED, and what
   * JSON is refused with
   */
  escalate<Form extends Schema>(
    this: void,
    options: EscalateOptions<Form> & { readonly form: Form },
  ): Promise<FilledApproval<z.output<Form>>>
  escalate(this: void, options: EscalateOptions): Promise<Approval>
}

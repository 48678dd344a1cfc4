/** Answers: how a question ended, as whoever asked it hears. It asks nothing and calls nothing off. */
import { fromFailure, StatorError, toFailure } from '../../errors.ts'
import type { Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { HandleHost } from '../handles.ts'
import { taskOutcome } from '../outcome.ts'

/** Of a question that was not answered in the time it had; its handler may have met the same of something else. */
const LATE: ReadonlySet<string> = new Set(['TASK_EXPIRED', 'QUEUE_TIMEOUT'])

/** @throws StatorError (rejects) ASK_TIMEOUT, ASK_FAILED; CLOSED, JOURNAL_FAILED: nobody knows */
export async function answerTo(handles: HandleHost, question: Address): Promise<Json> {
  const { signal } = await handles.ended(question).catch((error: unknown) => {
    if (error instanceof StatorError && (error.code === 'HELD' || error.code === 'NOT_FOUND'))
      throw fromFailure('ASK_FAILED', toFailure(error), { question })
    throw error
  })
  const { status, output, error } = taskOutcome(signal)
  if (status === 'completed') return output ?? null
  const failure = error ?? { name: 'Error', message: status, code: 'TASK_FAILED' }
  const isLate = LATE.has(failure.code) && signal.type !== 'task.failed'
  throw fromFailure(isLate ? 'ASK_TIMEOUT' : 'ASK_FAILED', failure, { question })
}

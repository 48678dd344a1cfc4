/** Options of what is said, as they come from outside; refused by name where they are not meant. */
import { z } from 'zod'
import type { AskOptions, ConsultOptions, SayMailOptions } from '../../actors/mail-calls.ts'
import { parse } from '../../actors/schema.ts'
import { checkName, type Address } from '../../messages/address.ts'
import { toMs } from '../../messages/duration.ts'
import type { Json } from '../../messages/json.ts'
import { MAIL_TYPES, type MailType } from '../../messages/mail.ts'
import type { Priority } from '../../messages/message.ts'
import type { TaskCreate } from '../../messages/task.ts'
import { checkPriority } from '../given.ts'

/** Checked with codes of their own. */
const other = z.unknown().optional()
const record = z.record(z.string(), z.unknown()).optional()
const common = { priority: other, conversation: other, metadata: record }
const shape = z.strictObject({ ...common, type: z.enum(MAIL_TYPES).optional(), expires: other })
const askShape = z.strictObject({ ...common, timeout: other, context: other })

export interface Wish {
  readonly type: MailType | undefined
  readonly priority: Priority
  readonly conversation: Address | undefined
  readonly spec: Pick<TaskCreate, 'queueTimeout' | 'overall' | 'metadata'>
}

type Admit = (value: unknown) => Json

/** @throws StatorError INPUT_INVALID, ADDRESS_INVALID, DEFINITION_INVALID: no duration */
export function wishOf(options: SayMailOptions, admit: Admit): Wish {
  const { type, expires } = parse(shape, options, 'INPUT_INVALID', 'options') as SayMailOptions
  const limit = expires === undefined ? {} : { queueTimeout: toMs(expires, 'expires') }
  return { ...commonOf(options, admit, limit), type }
}

/** The time of a question is all that it has: whatever becomes of whoever asks, it ends with that. */
export function questionOf(options: AskOptions | ConsultOptions, askTimeout: number, admit: Admit): Wish {
  const { timeout = askTimeout } = parse(askShape, options, 'INPUT_INVALID', 'options') as AskOptions
  return commonOf(options, admit, { overall: toMs(timeout, 'timeout') })
}

function commonOf(
  { priority, conversation, metadata }: Pick<SayMailOptions, 'priority' | 'conversation' | 'metadata'>,
  admit: Admit,
  limits: Pick<TaskCreate, 'queueTimeout' | 'overall'>,
): Wish {
  return {
    type: undefined,
    priority: checkPriority(priority),
    conversation:
      conversation === undefined ? undefined : `conversation/${checkName(conversation, 'conversation')}`,
    spec: {
      ...limits,
      ...(metadata === undefined ? {} : { metadata: admit(metadata) as NonNullable<TaskCreate['metadata']> }),
    },
  }
}

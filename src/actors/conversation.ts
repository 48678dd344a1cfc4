/**
 * Conversation: what is said to a run from outside, by the schemas of its workflow, and what its updates and queries answer. The only
 * place that calls their handlers: users' code, whose failure is told to whoever asked, and changes nothing.
 */
import { StatorError } from '../errors.ts'
import type { Json } from '../messages/json.ts'
import type { From } from './flow-code.ts'
import type { Admit } from './graph-runtime.ts'
import { parse, type Schema } from './schema.ts'
import type { QueryRule, Surface, UpdateRule } from './surface.ts'

export interface Said {
  readonly name: string
  readonly data: Json
}

/** What an update came to, as it is recorded. */
export interface Answer {
  readonly answer: Json
  /** Absent where it changed nothing. */
  readonly vars?: Json
}

/** A signal, or what an update is given. @throws StatorError MESSAGE_TYPE_UNKNOWN, INPUT_INVALID, and what JSON is refused with */
export function heard({ signals, updates }: Surface, type: string, said: Json, admit: Admit): Json {
  if (type !== 'workflow.signal' && type !== 'workflow.update') return said
  const { name, data } = said as unknown as Said
  const schema: Schema = type === 'workflow.signal' ? ruleOf(signals, name) : ruleOf(updates, name).input
  return { name, data: admit(parse(schema, data, 'INPUT_INVALID', `data of ${name}`)) }
}

/** Runs the handler of an update. @throws StatorError UPDATE_FAILED */
export function updated({ updates, vars: shape }: Surface, from: From, said: Said, admit: Admit): Answer {
  const { name } = said
  return contained('UPDATE_FAILED', { update: name }, () => {
    const rule: UpdateRule = ruleOf(updates, name)
    const made = plain(rule.handler(from, said.data as never))
    if (typeof made !== 'object' || made === null) throw new TypeError('its handler gave no answer')
    const answer = admit(parse(rule.output, made.answer ?? null, 'OUTPUT_INVALID', `answer of ${name}`))
    if (made.vars === undefined) return { answer }
    if (shape === undefined) throw new TypeError('the workflow has no vars')
    return { answer, vars: admit(parse(shape, made.vars, 'OUTPUT_INVALID', `vars after ${name}`)) }
  })
}

/** Runs the handler of a query. @throws StatorError MESSAGE_TYPE_UNKNOWN, QUERY_FAILED */
export function queried({ queries }: Surface, from: From, name: string, admit: Admit): Json {
  const rule: QueryRule = ruleOf(queries, name)
  return contained('QUERY_FAILED', { query: name }, () =>
    admit(parse(rule.output, plain(rule.handler(from)) ?? null, 'OUTPUT_INVALID', `answer of ${name}`)),
  )
}

function ruleOf<T>(rules: ReadonlyMap<string, T>, name: string): T {
  const rule = rules.get(name)
  if (rule !== undefined) return rule
  throw new StatorError('MESSAGE_TYPE_UNKNOWN', { type: name, allowed: [...rules.keys()] })
}

/** A run does not wait for its handlers: they work on what they are given. */
function plain<T>(made: T): T {
  if (typeof (made as { then?: unknown } | null | undefined)?.then !== 'function') return made
  // Nobody waits for it: if it fails, that must not end the process.
  Promise.resolve(made).catch(() => {})
  throw new TypeError('its handler is asynchronous')
}

function contained<T>(code: 'UPDATE_FAILED' | 'QUERY_FAILED', details: object, call: () => T): T {
  try {
    return call()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const issues = error instanceof StatorError ? { cause: error.code, ...error.details } : {}
    throw new StatorError(code, { ...details, reason, ...issues }, { cause: error })
  }
}

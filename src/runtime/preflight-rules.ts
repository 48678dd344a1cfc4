/**
 * Preflight rules: what a runtime does with what pre-flight finds in the workflows that it is given: logs it, or refuses to begin. What
 * there is to find, src/preflight knows.
 */
import { z } from 'zod'
import type { FlowDefinition } from '../actors/flow.ts'
import { parse } from '../actors/schema.ts'
import type { Logger } from '../actors/task-context.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { PREFLIGHT_CODES, type PreflightCode } from '../preflight/codes.ts'
import type { Finding } from '../preflight/finding.ts'
import { preflight } from '../preflight/preflight.ts'
import type { RuntimeOptions } from './options.ts'

export interface CompleteRules {
  readonly refuses: (finding: Finding) => boolean
  readonly ignored: ReadonlySet<PreflightCode>
}

const codes = z.array(z.enum(PREFLIGHT_CODES))
const rulesShape = z.strictObject({
  refuse: z.union([z.literal('errors'), codes]).optional(),
  ignore: codes.optional(),
})
const shape = z.union([z.enum(['off', 'warn', 'refuse']), rulesShape])

const isError = ({ severity }: Finding): boolean => severity === 'error'

/** Undefined: nothing is looked at. @throws StatorError DEFINITION_INVALID */
export function preflightRules(given: RuntimeOptions['preflight'] = 'warn'): CompleteRules | undefined {
  const said = parse(shape, given, 'DEFINITION_INVALID', 'option preflight')
  if (said === 'off') return undefined
  const rules: z.output<typeof rulesShape> =
    said === 'warn' ? {} : said === 'refuse' ? { refuse: 'errors' } : said
  const { refuse = [], ignore = [] } = rules
  return {
    refuses: refuse === 'errors' ? isError : ({ code }) => refuse.includes(code),
    ignored: new Set(ignore),
  }
}

/** All of them, and the workflows that run as their steps. @throws StatorError PREFLIGHT_FAILED */
export function checkWorkflows(
  workflows: readonly AnyWorkflow[],
  { refuses, ignored }: CompleteRules,
  log: Logger,
): void {
  const all = new Set(workflows)
  // Grows while it is read.
  for (const { children } of all) for (const child of children) all.add(child)
  const findings = [...all].flatMap(findingsOf).filter(({ code }) => !ignored.has(code))
  const refused = findings.filter(refuses)
  if (refused.length > 0) throw new StatorError('PREFLIGHT_FAILED', { findings: refused })
  for (const finding of findings) log.warn(finding, 'pre-flight: a workflow has a finding')
}

/** A workflow that came as data. Its warnings are for whoever made it: `preflight(flow(document))`. @throws StatorError PREFLIGHT_FAILED */
export function checkFlow(flow: FlowDefinition, { refuses, ignored }: CompleteRules): void {
  const refused = preflight(flow).filter(finding => !ignored.has(finding.code) && refuses(finding))
  if (refused.length > 0) throw new StatorError('PREFLIGHT_FAILED', { findings: refused })
}

/** A workflow does not change: it is looked at once, however many runtimes have it. */
const known = new WeakMap<AnyWorkflow, readonly Finding[]>()

function findingsOf(workflow: AnyWorkflow): readonly Finding[] {
  const findings = known.get(workflow) ?? preflight(workflow)
  known.set(workflow, findings)
  return findings
}

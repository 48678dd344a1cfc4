// The list of all checks: what the plan fans out, what the agents can do, what the report says was looked at.
// Never in here: a check's own code.
import type { AuditCheck } from './check.ts'
import { aiCalls } from './checks/ai-calls.ts'
import { aiPrompts } from './checks/ai-prompts.ts'
import { aiSetup } from './checks/ai-setup.ts'
import { architectureCoupling } from './checks/architecture-coupling.ts'
import { architectureGraph } from './checks/architecture-graph.ts'
import { architectureImports } from './checks/architecture-imports.ts'
import { architectureCopies, architectureSize } from './checks/architecture-shape.ts'
import { backendBlocking } from './checks/backend-blocking.ts'
import { backendChurn } from './checks/backend-churn.ts'
import { backendComplexity } from './checks/backend-complexity.ts'
import { backendErrors } from './checks/backend-errors.ts'
import { backendHotspots } from './checks/backend-hotspots.ts'
import { backendTodo } from './checks/backend-todo.ts'
import { devopsContainers } from './checks/devops-containers.ts'
import { devopsDelivery, devopsScripts } from './checks/devops-delivery.ts'
import { devopsHygiene, devopsMarkers, devopsNames } from './checks/devops-hygiene.ts'
import { devopsWorkflows } from './checks/devops-workflows.ts'
import { docsEssentials } from './checks/docs-essentials.ts'
import { docsExports } from './checks/docs-exports.ts'
import { docsLinks } from './checks/docs-links.ts'
import { docsProse } from './checks/docs-prose.ts'
import { frontendAssets } from './checks/frontend-assets.ts'
import { frontendMarkup } from './checks/frontend-markup.ts'
import { frontendStyles } from './checks/frontend-styles.ts'
import { qaRatio, qaUntested } from './checks/qa-coverage.ts'
import { qaTests } from './checks/qa-tests.ts'
import { securityCalls } from './checks/security-calls.ts'
import { securitySecrets } from './checks/security-secrets.ts'
import { securitySupply } from './checks/security-supply.ts'
import { securityUnicode } from './checks/security-unicode.ts'
import type { Rule } from './finding.ts'

/** Every check, ordered so that a check comes after those it joins. */
export const checks: readonly AuditCheck[] = [
  backendComplexity,
  backendErrors,
  backendBlocking,
  backendTodo,
  backendChurn,
  backendHotspots,
  architectureImports,
  architectureSize,
  architectureCopies,
  architectureCoupling,
  architectureGraph,
  aiCalls,
  aiPrompts,
  aiSetup,
  frontendMarkup,
  frontendStyles,
  frontendAssets,
  devopsWorkflows,
  devopsContainers,
  devopsScripts,
  devopsHygiene,
  devopsMarkers,
  devopsNames,
  devopsDelivery,
  qaTests,
  qaRatio,
  qaUntested,
  securitySecrets,
  securityCalls,
  securityUnicode,
  securitySupply,
  docsLinks,
  docsProse,
  docsExports,
  docsEssentials,
]

/** Every rule by its id. */
export const ruleById: ReadonlyMap<string, Rule> = new Map(
  checks.flatMap(check => check.rules.map(rule => [rule.id, rule] as const)),
)

/** stator preflight: what is wrong with workflows before they run. */
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import type { Finding } from '../preflight/finding.ts'
import { preflight } from '../preflight/preflight.ts'
import { common, type Answer, type Common, type Declare } from './answer.ts'
import { named, titleOf, workflowsOf } from './module.ts'
import { plain, type Style } from './style.ts'

interface Options extends Common {
  readonly strict?: boolean
}

interface Checked {
  readonly workflow: string
  readonly version: string
  readonly findings: readonly Finding[]
}

export const declarePreflight: Declare = (program, reply) => {
  common(program.command('preflight'))
    .description(
      'Checks workflows before they run: dead ends, unhandled failures, missing undo and timeouts.',
    )
    .argument('<module>', 'an ES module that exports them (TypeScript: Node 22.18 or later)')
    .argument('[workflow]', 'the name of one, or name@version; all of them otherwise')
    .option('--strict', 'exit with 1 for warnings too')
    .action(async (module: string, name: string | undefined, options: Options) =>
      reply(options, async ({ cwd }) => check(await workflowsOf(module, cwd), name, options.strict === true)),
    )
}

function check(workflows: readonly AnyWorkflow[], name: string | undefined, strict: boolean): Answer {
  const chosen = named(workflows, name)
  if (chosen.length === 0)
    throw new StatorError('COMMAND_INVALID', {
      reason: `there is no workflow ${String(name)}`,
      workflows: workflows.map(titleOf),
    })
  const checked = chosen.map((workflow): Checked => {
    const { name: of, version } = workflow
    return { workflow: of, version, findings: preflight(workflow) }
  })
  const findings = checked.flatMap(each => each.findings)
  const ok = findings.every(({ severity }) => severity === 'warning' && !strict)
  return {
    json: { ok, workflows: checked },
    text: style => checked.map(each => textOf(each, style)).join('\n'),
    code: ok ? 0 : 1,
  }
}

function textOf({ workflow, version, findings }: Checked, style: Style): string {
  const title = style.bold(`${plain(workflow)}@${plain(version)}`)
  if (findings.length === 0) return `${title}: ${style.good('nothing to say')}\n`
  return `${title}\n${findings.map(finding => shown(finding, style)).join('')}`
}

function shown({ severity, code, state, path, message, suggestion }: Finding, style: Style): string {
  const paint = severity === 'error' ? style.bad : style.poor
  const lines = [
    `${paint(severity)} ${code} at ${plain(state)}: ${plain(message)}`,
    ...(path.length === 0 ? [] : [style.dim(`  reached by ${path.map(plain).join(' > ')}`)]),
    `  ${plain(suggestion)}`,
  ]
  return lines.map(line => `  ${line}\n`).join('')
}

// GitHub workflows and GitLab pipelines: what runs, with which rights, for how long.
// Never in here: what the project's own build does.
import { fileCheck } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { at, entries, has, items, parseYaml, scalar } from '../lang/yaml.ts'
import type { YamlFile } from '../lang/yaml.ts'

const rule = rules('devops', {
  'unpinned-action': {
    severity: 'medium',
    title: 'Pin third-party actions to a commit',
    advice: 'Use the full commit hash and let a bot raise it: a tag can be moved to other code.',
  },
  'action-from-branch': {
    severity: 'medium',
    title: 'Take actions from a release instead of a branch',
    advice: 'Use a version or commit: a branch changes under you.',
  },
  'no-timeout': {
    severity: 'low',
    title: 'Limit how long CI jobs may run',
    advice: 'Set timeout-minutes: a job that hangs runs for six hours by default.',
  },
  'no-permissions': {
    severity: 'medium',
    title: 'Give workflows only the permissions they need',
    advice: 'Set `permissions: { contents: read }` at the top and more where a job needs it.',
  },
  'script-injection': {
    severity: 'high',
    title: 'Keep text that strangers write out of workflow scripts',
    advice: 'Hand it over through env and use "$NAME": inlined, the title of an issue becomes shell code.',
  },
  'untrusted-checkout': {
    severity: 'high',
    title: 'Do not run code of pull requests with secrets',
    advice: 'Use pull_request, or check out the base: pull_request_target runs with a token that may write.',
  },
  'not-yaml': {
    severity: 'medium',
    title: 'Mend workflow files that are not YAML',
    advice: 'The service ignores a file it cannot parse.',
  },
  'floating-image': {
    severity: 'low',
    title: 'Name the version of images that pipelines use',
    advice: 'Use a version tag or digest, so that yesterday’s build can be repeated.',
  },
})

const strangers =
  /\$\{\{[^}]*\bgithub\.(?:event\.(?:issue|pull_request|comment|review|discussion|head_commit|commits|pages)[\w.*[\]]*\.(?:title|body|message|name|email|label|page_name)|event\.pull_request\.head\.(?:ref|label|repo\.default_branch)|head_ref)\b[^}]*\}\}/

const inspectUses = (uses: string, place: { file: string; line: number }, out: Collector): void => {
  out.sum('actions used')
  if (/^(\.\/|docker:\/\/)/.test(uses)) return
  const [action = '', ref = ''] = uses.split('@')
  if (/^[0-9a-f]{40}$/.test(ref)) return out.sum('actions pinned to a commit')
  if (/^(main|master|develop|trunk|HEAD)$/.test(ref)) {
    out.add(rule['action-from-branch'], { ...place, message: `\`${uses}\` follows a branch` })
  } else if (!/^(actions|github)\//.test(action)) {
    out.add(rule['unpinned-action'], { ...place, message: `\`${uses}\` is pinned to a tag, not to a commit` })
  }
}

const triggers = (yaml: YamlFile): string[] => {
  const [root] = yaml.roots
  const on = at(root, 'on') ?? at(root, 'true')
  const single = scalar(on)
  return single !== undefined
    ? [single]
    : [...entries(on).map(({ key }) => key), ...items(on).flatMap(item => scalar(item) ?? [])]
}

const inspectWorkflow = (file: string, yaml: YamlFile, out: Collector): void => {
  const [root] = yaml.roots
  const jobs = entries(at(root, 'jobs'))
  const privileged = triggers(yaml).some(name => name === 'pull_request_target' || name === 'workflow_run')
  out.sum('workflows')
  out.sum('jobs', jobs.length)
  const without = jobs.filter(({ value }) => !has(value, 'permissions') && !has(value, 'uses'))
  if (!has(root, 'permissions') && without.length > 0) {
    out.add(rule['no-permissions'], {
      file,
      line: 1,
      message: 'neither the workflow nor every job sets `permissions`',
    })
  }
  for (const { key, value: job, node } of jobs) {
    const uses = scalar(at(job, 'uses'))
    if (uses !== undefined) inspectUses(uses, { file, line: yaml.line(node) }, out)
    else if (
      !has(job, 'timeout-minutes') &&
      items(at(job, 'steps')).some(step => !has(step, 'timeout-minutes'))
    ) {
      out.add(rule['no-timeout'], {
        file,
        line: yaml.line(node),
        message: `job \`${key}\` has no timeout-minutes`,
      })
    }
    inspectSteps(file, yaml, items(at(job, 'steps')), privileged, out)
  }
}

const inspectSteps = (
  file: string,
  yaml: YamlFile,
  steps: ReturnType<typeof items>,
  privileged: boolean,
  out: Collector,
): void => {
  for (const step of steps) {
    const place = { file, line: yaml.line(step) }
    const uses = scalar(at(step, 'uses'))
    if (uses !== undefined) inspectUses(uses, place, out)
    const script =
      scalar(at(step, 'run')) ??
      (uses?.startsWith('actions/github-script@') ? scalar(at(step, 'with', 'script')) : undefined)
    const injected = strangers.exec(script ?? '')
    if (injected !== null)
      out.add(rule['script-injection'], { ...place, message: `a script inlines \`${injected[0]}\`` })
    const ref = scalar(at(step, 'with', 'ref')) ?? ''
    if (
      privileged &&
      uses?.startsWith('actions/checkout@') &&
      /github\.event\.(pull_request\.head|workflow_run\.head)|github\.head_ref/.test(ref)
    ) {
      out.add(rule['untrusted-checkout'], {
        ...place,
        message: 'checks out the head of a pull request in a privileged workflow',
      })
    }
  }
}

const inspectGitlab = (file: string, yaml: YamlFile, out: Collector): void => {
  out.sum('pipelines')
  for (const root of yaml.roots) {
    for (const { key, value, node } of [...entries(root), { key: 'default', value: root, node: root }]) {
      const image = scalar(at(value, 'image')) ?? scalar(at(value, 'image', 'name'))
      if (image === undefined || image.includes('$') || image.includes('@sha256:')) continue
      if (/:[\w.-]+$/.test(image) && !image.endsWith(':latest')) continue
      out.add(rule['floating-image'], {
        file,
        line: yaml.line(node),
        message: `\`${key}\` runs in \`${image}\``,
      })
    }
  }
}

const github = /^\.github\/workflows\/[^/]+\.ya?ml$|(^|\/)action\.ya?ml$/
const gitlab = /(^|\/)\.gitlab-ci\.ya?ml$|^\.gitlab\/.*\.ya?ml$/

export const devopsWorkflows = fileCheck({
  name: 'devops.workflows',
  role: 'devops',
  about:
    'GitHub workflows and actions, GitLab pipelines: pinned actions and images, permissions, timeouts, scripts that ' +
    'inline text of strangers, privileged checkouts.',
  rules: rule,
  applies: ({ path, kind }) =>
    kind !== 'vendored' && kind !== 'test' && (github.test(path) || gitlab.test(path)),
  inspect: ({ path, text }, out) => {
    const yaml = parseYaml(text)
    if (yaml === undefined) {
      // GitLab's !reference tags and the like parse; what does not is broken for the service too.
      out.add(rule['not-yaml'], { file: path, message: 'does not parse as YAML' })
    } else if (gitlab.test(path)) inspectGitlab(path, yaml, out)
    else if (has(yaml.roots[0], 'runs'))
      inspectSteps(path, yaml, items(at(yaml.roots[0], 'runs', 'steps')), false, out)
    else inspectWorkflow(path, yaml, out)
  },
})

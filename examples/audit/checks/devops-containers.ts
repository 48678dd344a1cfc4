// Dockerfiles, compose files and Kubernetes manifests.
// Never in here: images themselves; only what is committed about them.
import { DockerfileParser } from 'dockerfile-ast'
import { fileCheck } from '../check.ts'
import type { Source } from '../check.ts'
import { rules } from '../finding.ts'
import type { Collector } from '../finding.ts'
import { basename } from '../languages.ts'
import { at, entries, has, items, parseYaml, scalar } from '../lang/yaml.ts'
import type { YamlFile } from '../lang/yaml.ts'
import type { Tree } from '../tree.ts'

const rule = rules('devops', {
  'floating-base-image': {
    severity: 'medium',
    title: 'Name the version of base images',
    advice: 'Use a version tag, better a digest: `latest` is another image tomorrow.',
  },
  'runs-as-root': {
    severity: 'medium',
    title: 'Run containers as an unprivileged user',
    advice: 'Add a USER line after what needs root.',
  },
  'secret-in-image': {
    severity: 'high',
    title: 'Take secrets out of image layers',
    advice:
      'Use a build secret (RUN --mount=type=secret) or hand it over at run time: layers keep ARG and ENV for ever.',
  },
  'piped-installer': {
    severity: 'medium',
    title: 'Check what is downloaded before it is run',
    advice: 'Download a named version, compare its checksum, then run it.',
  },
  'no-dockerignore': {
    severity: 'low',
    title: 'Add a .dockerignore',
    advice: 'Leave out .git, node_modules and .env: COPY . otherwise takes them along.',
  },
  privileged: {
    severity: 'high',
    title: 'Take host rights from containers',
    advice: 'Grant the one capability that is needed: privileged means root on the host.',
  },
  'docker-socket': {
    severity: 'medium',
    title: 'Keep the Docker socket out of containers',
    advice: 'Who can write to the socket is root on the host; put a filtering proxy between.',
  },
  'no-resource-limits': {
    severity: 'low',
    title: 'Limit memory and CPU of pods',
    advice: 'Set resources.limits, so that one leak does not take its neighbours down.',
  },
})

const secretName = /(?:PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?KEY|AUTH_?TOKEN|PRIVATE_?KEY|_TOKEN)$/i

const plainValue = /^["']?(?:\$|<|changeme|none|null|false|true|unused|dummy|\d*["']?$)/i
const assignments = /(?:^|\s)([A-Za-z_]\w*)(?:=|(?<=^\w+)\s+)("[^"]+"|'[^']+'|[^\s$"']\S*)/g
const floats = (image: string): boolean =>
  !/@sha256:|\$/.test(image) && (!/:[^/]+$/.test(image) || image.endsWith(':latest'))

interface Place {
  file: string
  line: number
}

/** Lines that say everything by themselves, whatever stage they stand in. */
const inspectInstruction = (
  keyword: string,
  words: string,
  place: Place,
  out: Collector,
  tree: Tree,
): void => {
  if (keyword === 'ENV' || keyword === 'ARG') {
    for (const [, name = '', value = ''] of words.matchAll(assignments)) {
      if (!secretName.test(name) || plainValue.test(value)) continue
      out.add(rule['secret-in-image'], { ...place, message: `${keyword} sets \`${name}\`` })
    }
  } else if (keyword === 'RUN') {
    if (!/\b(?:curl|wget)\b[^|&;]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/.test(words)) return
    out.add(rule['piped-installer'], { ...place, message: 'pipes a download into a shell' })
  } else if (keyword === 'COPY' && /^(?:--\S+\s+)*\.\/?\s/.test(words) && !words.includes('--from')) {
    if (tree.files.some(other => basename(other.path).endsWith('.dockerignore'))) return
    const message = 'copies everything, and there is no .dockerignore'
    out.add(rule['no-dockerignore'], { ...place, message })
  }
}

const inspectDockerfile = ({ path, text }: Source, out: Collector, tree: Tree): void => {
  out.sum('Dockerfiles')
  /** Whether each named stage ends as a user other than root. */
  const stages = new Map<string, boolean>()
  let stage = ''
  let user = false
  let base = ''
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword()
    const words = instruction.getArgumentsContent() ?? ''
    const place = { file: path, line: instruction.getRange().start.line + 1 }
    if (keyword === 'FROM') {
      const [image = '', , name = ''] = words.replace(/--\S+\s+/g, '').split(/\s+/)
      const inherited = stages.get(image.toLowerCase())
      user = inherited ?? /nonroot|rootless/.test(image)
      base = image
      stage = name.toLowerCase()
      if (inherited === undefined && image !== 'scratch' && floats(image))
        out.add(rule['floating-base-image'], { ...place, message: `builds on \`${image}\`` })
    } else if (keyword === 'USER') user = !/^(root|0)(:|$)/.test(words)
    else inspectInstruction(keyword, words, place, out, tree)
    if (stage !== '') stages.set(stage, user)
  }
  if (!user && base !== '' && base !== 'scratch')
    out.add(rule['runs-as-root'], { file: path, message: 'the last stage sets no USER' })
}

const inspectCompose = (file: string, yaml: YamlFile, out: Collector): void => {
  const services = entries(at(yaml.roots[0], 'services'))
  out.sum('compose services', services.length)
  for (const { key, value, node } of services) {
    const place = { file, line: yaml.line(node) }
    if (scalar(at(value, 'privileged')) === 'true')
      out.add(rule.privileged, { ...place, message: `service \`${key}\` is privileged` })
    const mounts = items(at(value, 'volumes')).map(item => scalar(item) ?? scalar(at(item, 'source')) ?? '')
    if (mounts.some(mount => mount.startsWith('/var/run/docker.sock'))) {
      out.add(rule['docker-socket'], { ...place, message: `service \`${key}\` mounts the Docker socket` })
    }
    const image = scalar(at(value, 'image'))
    if (image !== undefined && !has(value, 'build') && floats(image)) {
      out.add(rule['floating-base-image'], {
        ...place,
        severity: 'low',
        message: `service \`${key}\` runs \`${image}\``,
      })
    }
  }
}

const workload = /^(Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod|ReplicaSet)$/

const inspectKubernetes = (file: string, yaml: YamlFile, out: Collector): void => {
  for (const root of yaml.roots) {
    const kind = scalar(at(root, 'kind')) ?? ''
    if (!workload.test(kind) || !has(root, 'apiVersion')) continue
    out.sum('Kubernetes workloads')
    const template =
      at(root, 'spec', 'template', 'spec') ??
      at(root, 'spec', 'jobTemplate', 'spec', 'template', 'spec') ??
      at(root, 'spec')
    for (const container of items(at(template, 'containers'))) {
      const name = scalar(at(container, 'name')) ?? kind
      const place = { file, line: yaml.line(container) }
      if (scalar(at(container, 'securityContext', 'privileged')) === 'true') {
        out.add(rule.privileged, { ...place, message: `container \`${name}\` is privileged` })
      }
      if (!has(at(container, 'resources'), 'limits')) {
        out.add(rule['no-resource-limits'], { ...place, message: `container \`${name}\` has no limits` })
      }
    }
  }
}

const dockerfile = /(^|\/)(dockerfile|containerfile)(\.[^/]*)?$|\.dockerfile$/i
const compose = /(^|\/)(docker-)?compose[^/]*\.ya?ml$/i
const kubernetes = /(^|\/)(k8s|kubernetes|deploy(ments?)?|manifests?)\/.*\.ya?ml$/i

export const devopsContainers = fileCheck({
  name: 'devops.containers',
  role: 'devops',
  about:
    'Dockerfiles (base images, user, secrets, piped installers), compose files and Kubernetes manifests (privileges, ' +
    'Docker socket, limits, image versions).',
  rules: rule,
  applies: ({ path, kind }) =>
    kind !== 'vendored' &&
    kind !== 'test' &&
    kind !== 'docs' &&
    !/\.dockerignore$/i.test(path) &&
    (dockerfile.test(path) || compose.test(path) || kubernetes.test(path)),
  inspect: (source, out, tree) => {
    if (dockerfile.test(source.path)) return inspectDockerfile(source, out, tree)
    const yaml = parseYaml(source.text)
    if (yaml === undefined) return out.skipped('did not parse')
    if (compose.test(source.path)) inspectCompose(source.path, yaml, out)
    else inspectKubernetes(source.path, yaml, out)
  },
})

// DevOps rules: what each must find and must let pass.
// Never in here: running a pipeline or a container.
import type { Case } from '../support/case.ts'

const hash = '0123456789abcdef0123456789abcdef01234567'
const workflow = (steps: string, { on = 'push', job = '', top = 'permissions: {}' } = {}): string =>
  `on: ${on}\n${top}\njobs:\n  build:\n    runs-on: x\n    timeout-minutes: 5\n${job}    steps:\n${steps}`
const step = (text: string): string => `      - ${text}\n`
const at = '.github/workflows/ci.yml'
const code = { 'src/a.ts': 'export {}\n' }
const manifest = JSON.stringify({ dependencies: { zod: '^4.0.0' } })
const compose = (service: string): string => `services:\n  web:\n    image: nginx:1.27\n${service}`
const pod = (container: string): string =>
  `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: web\n${container}`
const marker = (mark: string): string => mark.repeat(7)

export const devops: Case[] = [
  {
    rule: 'devops.unpinned-action',
    bad: { [at]: workflow(step('uses: someone/thing@v1')) },
    at: `${at}:8`,
    good: {
      [at]: workflow(
        step(`uses: someone/thing@${hash}`) + step('uses: actions/checkout@v4') + step('uses: ./local'),
      ),
    },
  },
  {
    rule: 'devops.action-from-branch',
    bad: { [at]: workflow(step('uses: actions/checkout@main')) },
    at: `${at}:8`,
    good: { [at]: workflow(step('uses: actions/checkout@v4')) },
  },
  {
    rule: 'devops.no-timeout',
    bad: {
      [at]: 'on: push\npermissions: {}\njobs:\n  build:\n    runs-on: x\n    steps:\n      - run: make\n',
    },
    at: `${at}:4`,
    good: {
      [at]: workflow(step('run: make')),
      '.github/workflows/b.yml': `on: push\njobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n`,
    },
  },
  {
    rule: 'devops.no-permissions',
    bad: { [at]: workflow(step('run: make'), { top: '' }) },
    at: `${at}:1`,
    good: { [at]: workflow(step('run: make'), { top: '', job: '    permissions: { contents: read }\n' }) },
  },
  {
    rule: 'devops.script-injection',
    bad: { [at]: workflow(step('run: echo "${{ github.event.issue.title }}"')) },
    at: `${at}:8`,
    good: {
      [at]: workflow(
        step(
          'run: echo "$TITLE ${{ github.sha }}"\n        env:\n          TITLE: ${{ github.event.issue.title }}',
        ),
      ),
    },
  },
  {
    rule: 'devops.untrusted-checkout',
    bad: {
      [at]: workflow(
        step(
          'uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}',
        ),
        { on: 'pull_request_target' },
      ),
    },
    at: `${at}:8`,
    good: {
      [at]: workflow(
        step(
          'uses: actions/checkout@v4\n        with:\n          ref: ${{ github.event.pull_request.head.sha }}',
        ),
        { on: 'pull_request' },
      ),
      '.github/workflows/b.yml': workflow(step('uses: actions/checkout@v4'), { on: 'pull_request_target' }),
    },
  },
  {
    rule: 'devops.not-yaml',
    bad: { [at]: 'on: push\njobs: [\n' },
    at,
    good: { [at]: workflow(step('run: make')), 'other.yml': 'a: [\n' },
  },
  {
    rule: 'devops.floating-image',
    bad: { '.gitlab-ci.yml': 'build:\n  image: node:latest\n  script: make\n' },
    at: '.gitlab-ci.yml:1',
    good: { '.gitlab-ci.yml': 'default:\n  image: node:24\nbuild:\n  image: $BASE\n  script: make\n' },
  },
  {
    rule: 'devops.floating-base-image',
    bad: { Dockerfile: 'FROM node\nUSER node\n' },
    at: 'Dockerfile:1',
    good: {
      Dockerfile: 'ARG V=24\nFROM node:24 AS build\nFROM build\nFROM node:$V\nFROM scratch\nUSER node\n',
    },
  },
  {
    rule: 'devops.floating-base-image',
    bad: { 'compose.yaml': 'services:\n  web:\n    image: nginx\n' },
    at: 'compose.yaml:2',
    good: { 'compose.yaml': `${compose('')}  own:\n    image: own\n    build: .\n` },
  },
  {
    rule: 'devops.runs-as-root',
    bad: { Dockerfile: 'FROM node:24 AS build\nUSER node\nFROM node:24\nCMD x\n' },
    at: 'Dockerfile',
    good: { Dockerfile: 'FROM node:24 AS base\nUSER node\nFROM base\nCMD x\n' },
  },
  {
    rule: 'devops.secret-in-image',
    bad: { Dockerfile: 'FROM node:24\nENV API_KEY=abc123def\nUSER node\n' },
    at: 'Dockerfile:2',
    good: {
      Dockerfile: 'FROM node:24\nARG API_KEY\nENV API_KEY=$API_KEY PORT=8080 PASSWORD=""\nUSER node\n',
    },
  },
  {
    rule: 'devops.piped-installer',
    bad: { Dockerfile: 'FROM node:24\nRUN curl -fsSL https://example.com/x.sh | sh\nUSER node\n' },
    at: 'Dockerfile:2',
    good: {
      Dockerfile:
        'FROM node:24\nRUN curl -o x https://example.com/x && echo "$SUM x" | sha256sum -c\nUSER node\n',
    },
  },
  {
    rule: 'devops.no-dockerignore',
    bad: { Dockerfile: 'FROM node:24\nCOPY . /app\nUSER node\n' },
    at: 'Dockerfile:2',
    good: { Dockerfile: 'FROM node:24\nCOPY . /app\nUSER node\n', '.dockerignore': '.git\n' },
  },
  {
    rule: 'devops.privileged',
    bad: { 'docker-compose.yml': compose('    privileged: true\n') },
    at: 'docker-compose.yml:2',
    good: { 'docker-compose.yml': compose('    privileged: false\n') },
  },
  {
    rule: 'devops.privileged',
    bad: { 'k8s/pod.yaml': pod('      securityContext: { privileged: true }\n') },
    at: 'k8s/pod.yaml:5',
    good: {
      'k8s/pod.yaml': pod('      securityContext: { runAsNonRoot: true }\n'),
      'notes/pod.yaml': pod('      securityContext: { privileged: true }\n'),
    },
  },
  {
    rule: 'devops.docker-socket',
    bad: { 'compose.yml': compose('    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n') },
    at: 'compose.yml:2',
    good: { 'compose.yml': compose('    volumes:\n      - ./data:/data\n') },
  },
  {
    rule: 'devops.no-resource-limits',
    bad: { 'k8s/pod.yaml': pod('      image: x:1\n') },
    at: 'k8s/pod.yaml:5',
    good: {
      'k8s/pod.yaml': pod('      resources: { limits: { memory: 1Gi } }\n'),
      'k8s/service.yaml': 'apiVersion: v1\nkind: Service\nspec: {}\n',
    },
  },
  {
    rule: 'devops.merge-marker',
    bad: { 'src/a.ts': `\n${marker('<')} HEAD\n1\n${marker('=')}\n2\n${marker('>')} b\n` },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts': `export const x = '${marker('<')} HEAD'\n// ${marker('=')}\n`,
      'README.md': `x\n${marker('=')}\n`,
    },
  },
  {
    rule: 'devops.large-file',
    bad: { 'x.bin': new Uint8Array(6 << 20) },
    at: 'x.bin',
    good: { 'x.bin': new Uint8Array(4 << 20) },
  },
  {
    rule: 'devops.build-output',
    bad: { 'src/.DS_Store': 'x' },
    at: 'src/.DS_Store',
    good: { 'src/DS_Store.ts': 'x', 'test/fixtures/.DS_Store': 'x' },
  },
  {
    rule: 'devops.unportable-name',
    bad: { 'src/a:b.txt': 'x' },
    at: 'src/a:b.txt',
    good: { 'src/console.txt': 'x', 'src/a b (1) ü [x].txt': 'x' },
  },
  {
    rule: 'devops.mixed-line-endings',
    bad: { 'src/a.ts': '1\r\n2\r\n3\r\n4\n5\n6\n' },
    at: 'src/a.ts',
    good: { 'src/a.ts': '1\r\n2\r\n3\r\n4\r\n', 'src/b.ts': '1\n2\n3\n' },
  },
  {
    rule: 'devops.case-clash',
    bad: { 'src/Read.ts': '1', 'src/read.ts': '2' },
    at: 'src/read.ts',
    good: { 'src/Read.ts': '1', 'lib/read.ts': '2' },
  },
  {
    rule: 'devops.no-pipeline',
    bad: code,
    good: { ...code, [at]: workflow(step('run: make')) },
  },
  {
    rule: 'devops.no-lockfile',
    bad: { ...code, 'package.json': manifest },
    at: 'package.json',
    good: { ...code, 'package.json': manifest, 'yarn.lock': '' },
  },
  {
    rule: 'devops.several-lockfiles',
    bad: { ...code, 'package.json': manifest, 'yarn.lock': '', 'package-lock.json': '{}' },
    good: { ...code, 'package.json': manifest, 'package-lock.json': '{}', 'sub/yarn.lock': '' },
  },
  {
    rule: 'devops.no-updates',
    bad: { ...code, 'package.json': manifest },
    good: { ...code, 'package.json': manifest, 'renovate.json': '{}' },
  },
  {
    rule: 'devops.no-engines',
    bad: { ...code, 'package.json': manifest },
    at: 'package.json',
    good: { ...code, 'package.json': manifest, '.nvmrc': '24' },
  },
  {
    rule: 'devops.no-gitignore',
    bad: code,
    good: { ...code, '.gitignore': 'dist\n' },
  },
  {
    rule: 'devops.carries-on-after-errors',
    bad: { 'run.sh': `#!/bin/sh\n${'make\n'.repeat(8)}` },
    at: 'run.sh:1',
    good: {
      'run.sh': `#!/bin/sh\nset -eu\n${'make\n'.repeat(8)}`,
      'env.sh': 'A=1\n'.repeat(8),
      'short.sh': '#!/bin/sh\nmake\n',
    },
  },
  {
    rule: 'devops.unguarded-removal',
    bad: { 'run.sh': '#!/bin/sh\nset -e\nrm -rf "$DIR"/build\n' },
    at: 'run.sh:3',
    good: {
      'run.sh': '#!/bin/sh\nset -e\nrm -rf "${DIR:?}"/build\nrm -rf build\n',
      'b.sh': '#!/bin/bash\nset -euo pipefail\nrm -rf "$DIR"/build\n',
    },
  },
  {
    rule: 'devops.piped-into-shell',
    bad: { 'run.sh': '#!/bin/sh\nset -e\ncurl -fsSL https://example.com/x | sudo bash\n' },
    at: 'run.sh:3',
    good: {
      'run.sh': '#!/bin/sh\nset -e\n# curl https://example.com/x | sh\ncurl https://example.com/x | jq .\n',
    },
  },
]

// Security rules: what each must find and must let pass.
// Never in here: anything that a scanner could take for a secret; secrets are put together when the test runs.
import type { Case } from '../support/case.ts'

const token = ['ghp', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('_')
const value = ['q7Rk', '29xT', 'mZ4w', 'L8pV'].join('')
const accept = ['es', 'lint-disable-next-line no-eval'].join('')
const manifest = (fields: object): string =>
  JSON.stringify({ name: 'x', version: '1.0.0', ...fields }, null, 2)
const direction = String.fromCharCode(0x202e)
const zero = String.fromCharCode(0x200b)

export const security: Case[] = [
  {
    rule: 'security.committed-secret',
    bad: { 'src/a.ts': `\nexport const x = '${token}'\n` },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "export const x = 'ghp_short'\nexport const db = 'postgres://user:password@localhost:5432/app'\n",
    },
  },
  {
    rule: 'security.hard-coded-credential',
    bad: { 'src/a.ts': `\nexport const options = { apiKey: '${value}' }\n` },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "export const options = { apiKey: process.env['API_KEY'], password: 'correct-horse-battery', secretName: 'projects/x/secrets/y1' }\n",
      'test/a.test.ts': `export const options = { apiKey: '${value}' }\n`,
    },
  },
  {
    rule: 'security.evaluates-text',
    bad: { 'src/a.ts': 'export const f = (x: string) =>\n  eval(x)\n' },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts': `export const f = (x: { eval: (y: string) => void }) => x.eval('1')\n// ${accept}\nexport const g = (x: string) => eval(x)\n`,
      'test/a.test.ts': 'eval(x)\n',
    },
  },
  {
    rule: 'security.evaluates-text',
    bad: { 'a.py': 'def f(x):\n    return eval(x)\n' },
    at: 'a.py:2',
    good: {
      'a.py':
        '"""eval(x)"""\nimport ast\ndef f(x):\n    print("eval(x)")\n    model.eval()\n    return ast.literal_eval(x)\n',
    },
  },
  {
    rule: 'security.shell-from-text',
    bad: {
      'src/a.ts':
        "import { exec } from 'node:child_process'\nexport const f = (x: string) => exec(`ls ${x}`)\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "import { exec, execFile } from 'node:child_process'\nexport const f = (x: string) => execFile('ls', [x])\nexport const g = () => exec('ls')\nexport const h = (s: RegExp, x: string) => s.exec(`${x}`)\n",
    },
  },
  {
    rule: 'security.shell-from-text',
    bad: { 'a.py': 'import subprocess\nsubprocess.run(f"ls {x}", shell=True)\n' },
    at: 'a.py:2',
    good: { 'a.py': 'import subprocess\nsubprocess.run(["ls", x])\n' },
  },
  {
    rule: 'security.verification-off',
    bad: {
      'src/a.ts':
        "import { Agent } from 'node:https'\nexport const a = new Agent({ rejectUnauthorized: false })\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "import { Agent } from 'node:https'\nexport const a = (rejectUnauthorized: boolean) => new Agent({ rejectUnauthorized })\n",
    },
  },
  {
    rule: 'security.verification-off',
    bad: { 'a.go': 'package a\n\nvar c = &tls.Config{InsecureSkipVerify: true}\n' },
    at: 'a.go:3',
    good: {
      'a.go': 'package a\n\n// InsecureSkipVerify: true\nvar c = &tls.Config{InsecureSkipVerify: insecure}\n',
    },
  },
  {
    rule: 'security.query-from-text',
    bad: {
      'src/a.ts':
        "export const f = (db: { query(x: string): void }, id: string) =>\n  db.query(`SELECT * FROM users WHERE id = '${id}'`)\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "export const f = (db: { query(x: string, y?: string[]): void }, id: string, table: string) => {\n  db.query('SELECT * FROM users WHERE id = $1', [id])\n  db.query(`SELECT * FROM ${table}`)\n  db.query(`what is ${id}`)\n}\n",
    },
  },
  {
    rule: 'security.unsafe-deserialization',
    bad: { 'a.py': 'import pickle\n\nx = pickle.loads(data)\n' },
    at: 'a.py:3',
    good: {
      'a.py':
        'import yaml, pickle\nx = yaml.safe_load(data)\ny = yaml.load(data, Loader=yaml.SafeLoader)\nz = pickle.dumps(x)\n',
    },
  },
  {
    rule: 'security.weak-randomness',
    bad: { 'src/a.ts': '\nexport const sessionToken = Math.random().toString(36)\n' },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': 'export const jitter = Math.random() * 100\n' },
  },
  {
    rule: 'security.weak-hash',
    bad: {
      'src/a.ts':
        "import { createHash } from 'node:crypto'\nexport const f = (password: string) => createHash('md5').update(password)\n",
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "import { createHash } from 'node:crypto'\nexport const etag = (page: string) => createHash('md5').update(page)\n",
    },
  },
  {
    rule: 'security.writes-html',
    bad: {
      'src/a.ts': '\nexport const f = (e: Element, name: string) => { e.innerHTML = `<b>${name}</b>` }\n',
    },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts':
        "export const f = (e: Element, name: string) => { e.textContent = name; e.innerHTML = '<b></b>' }\n",
    },
  },
  {
    rule: 'security.debug-server',
    bad: { 'a.py': 'app = Flask(__name__)\napp.run(debug=True)\n' },
    at: 'a.py:2',
    good: { 'a.py': 'app = Flask(__name__)\napp.run(debug=settings.debug)\n' },
  },
  {
    rule: 'security.bidirectional-control',
    bad: { 'src/a.ts': `export const x = 1\n// ${direction} access\n` },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': "export const x = 'שלום, ünïcödé, 你好, \\u202e'\n", 'README.md': `${direction}\n` },
  },
  {
    rule: 'security.invisible-character',
    bad: { 'src/a.ts': `export const a = 1\nexport const ad${zero}min = true\n` },
    at: 'src/a.ts:2',
    good: { 'src/a.ts': "export const x = '👩‍💻 می‌خواهم'\n" },
  },
  {
    rule: 'security.secret-file',
    bad: { '.env': `API_KEY=${value}\n` },
    at: '.env',
    good: {
      '.env': 'PORT=8080\nAPI_KEY=\nTOKEN=$OTHER\n',
      '.env.example': `API_KEY=${value}\n`,
      'src/credentials.ts': '',
    },
  },
  {
    rule: 'security.unbounded-dependency',
    bad: { 'package.json': manifest({ dependencies: { zod: '*' } }) },
    at: 'package.json:5',
    good: {
      'package.json': manifest({
        dependencies: { zod: '^4.0.0', own: 'workspace:*' },
        peerDependencies: { react: '*' },
      }),
    },
  },
  {
    rule: 'security.dependency-from-url',
    bad: { 'package.json': manifest({ dependencies: { thing: 'github:someone/thing' } }) },
    at: 'package.json:5',
    good: {
      'package.json': manifest({
        dependencies: { thing: `github:someone/thing#${'a'.repeat(40)}`, own: 'file:../own' },
      }),
    },
  },
  {
    rule: 'security.runs-on-install',
    bad: { 'package.json': manifest({ scripts: { postinstall: 'node x.js' } }) },
    at: 'package.json',
    good: {
      'package.json': manifest({ scripts: { postbuild: 'node x.js' } }),
      'app/package.json': manifest({ private: true, scripts: { postinstall: 'node x.js' } }),
    },
  },
  {
    rule: 'security.lockfile-over-http',
    bad: { 'yarn.lock': 'zod@^4:\n  resolved "http://packages.example.com/zod.tgz"\n' },
    at: 'yarn.lock',
    good: { 'yarn.lock': 'zod@^4:\n  resolved "https://packages.example.com/zod.tgz"\n' },
  },
  {
    rule: 'security.no-security-policy',
    bad: { LICENSE: 'MIT\n' },
    good: { LICENSE: 'MIT\n', '.github/SECURITY.md': 'Write to us.\n' },
  },
]

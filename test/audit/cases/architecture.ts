// Architecture rules: what each must find and must let pass.
// Never in here: runtime checks of the graph algorithms; those have properties of their own.
import type { Case } from '../support/case.ts'
import type { Files } from '../support/repository.ts'

const manifest = (dependencies: Record<string, string>): string => JSON.stringify({ name: 'x', dependencies })
const many = (count: number, content: (i: number) => string, folder = 'src/m'): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${folder}${i}.ts`, content(i)]))
const imports = (count: number, from: string): string =>
  Array.from({ length: count }, (_, i) => `import './${from}${i}.ts'`).join('\n')
const body = Array.from({ length: 40 }, (_, i) => `export const value${i} = ${i} * 2`).join('\n')

export const architecture: Case[] = [
  {
    rule: 'architecture.undeclared-dependency',
    bad: { 'package.json': manifest({}), 'src/a.ts': "\nimport zod from 'zod'\nexport { zod }\n" },
    at: 'src/a.ts:2',
    good: {
      'package.json': manifest({ zod: '^4.0.0', '@types/estree': '1.0.0' }),
      'tsconfig.json': '{ "compilerOptions": { // ours\n "paths": { "@/*": ["./src/*"], }, } }',
      'src/a.ts':
        "import zod from 'zod/v4'\nimport fs from 'fs'\nimport 'node:path'\nimport '@/b'\nimport 'x'\nimport type { Node } from 'estree'\nexport { zod, fs, Node }\n",
      'src/b.ts': 'export {}\n',
    },
  },
  {
    rule: 'architecture.dangling-import',
    bad: { 'src/a.ts': "import './gone.ts'\n" },
    at: 'src/a.ts:1',
    good: {
      'src/a.ts':
        "import './b.js'\nimport './c'\nimport './d'\nimport './style.css'\nimport '../dist/x.js'\n",
      'src/b.ts': '',
      'src/c.tsx': '',
      'src/d/index.js': '',
    },
  },
  {
    rule: 'architecture.import-cycle',
    bad: {
      'src/a.ts': "import './b.ts'\n",
      'src/b.ts': "import './c.ts'\n",
      'src/c.ts': "import './a.ts'\n",
    },
    at: 'src/a.ts',
    good: {
      'src/a.ts': "import './b.ts'\n",
      'src/b.ts':
        "import type { A } from './a.ts'\nimport { type A as B } from './a.ts'\nexport type C = A | B\n",
      'src/c.ts': "export const f = () => import('./d.ts')\n",
      'src/d.ts': "import './c.ts'\n",
    },
  },
  {
    rule: 'architecture.import-cycle',
    bad: { 'p/__init__.py': '', 'p/a.py': 'from .b import x\n', 'p/b.py': 'from p import a\n' },
    at: 'p/a.py',
    good: {
      'p/__init__.py': '',
      'p/a.py': 'from .b import x\n',
      'p/b.py':
        'import typing\nif typing.TYPE_CHECKING:\n    from .a import A\ndef f():\n    from . import a\n    return a\n',
    },
  },
  {
    rule: 'architecture.import-cycle',
    bad: {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
      'src/a.ts': "import '@/b'\n",
      'src/b.ts': "import '@/a'\n",
    },
    at: 'src/a.ts',
    good: { 'src/a.ts': "import '@/b'\n", 'src/b.ts': "import '@/a'\n" },
  },
  {
    rule: 'architecture.hub',
    bad: {
      ...many(15, () => "import './hub.ts'\n"),
      ...many(12, () => 'export {}\n', 'src/n'),
      'src/hub.ts': imports(12, 'n'),
    },
    at: 'src/hub.ts',
    good: {
      ...many(15, () => "import './index.ts'\n"),
      ...many(12, () => 'export {}\n', 'src/n'),
      'src/index.ts': imports(12, 'n'),
    },
  },
  {
    rule: 'architecture.many-imports',
    bad: { ...many(30, () => 'export {}\n', 'src/n'), 'src/all.ts': imports(30, 'n') },
    at: 'src/all.ts',
    good: { ...many(29, () => 'export {}\n', 'src/n'), 'src/all.ts': imports(29, 'n') },
  },
  {
    rule: 'architecture.imports-test-code',
    bad: { 'src/a.ts': "import '../test/helper.ts'\n", 'test/helper.ts': 'export {}\n' },
    at: 'src/a.ts',
    good: {
      'test/a.test.ts': "import './helper.ts'\nimport '../src/a.ts'\n",
      'test/helper.ts': 'export {}\n',
      'src/a.ts': '',
    },
  },
  {
    rule: 'architecture.god-file',
    bad: { 'src/a.ts': Array.from({ length: 900 }, (_, i) => `export const a${i} = ${i}`).join('\n') },
    at: 'src/a.ts',
    good: {
      'src/a.ts': Array.from({ length: 900 }, (_, i) => `// line ${i}`).join('\n'),
      'src/b.ts': `// @generated\n${Array.from({ length: 900 }, (_, i) => `export const a${i} = ${i}`).join('\n')}`,
    },
  },
  {
    rule: 'architecture.identical-files',
    bad: { 'src/a.ts': body, 'src/b.ts': body },
    at: 'src/a.ts',
    good: { 'src/a.ts': body, 'src/b.ts': `${body}\n`, 'src/c.ts': '', 'src/d.ts': '', 'test/a.ts': body },
  },
  {
    rule: 'architecture.hidden-coupling',
    bad: Array.from({ length: 9 }, (_, i) => ({ 'src/a/x.ts': `${i}`, 'src/b/y.ts': `${i}` })),
    at: 'src/a/x.ts',
    good: Array.from({ length: 9 }, (_, i) => ({
      'src/a/x.ts': `${i}`,
      'src/a/y.ts': `${i}`,
      [`src/b/${i}.ts`]: `${i}`,
    })),
  },
]

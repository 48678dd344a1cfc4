/** A repository of 200 files in which every specialist finds something to do. No expectations live here. */
import type { Files } from '../audit/support/repository.ts'
import { repository } from '../audit/support/repository.ts'

const many = (count: number, file: (i: number) => [path: string, text: string]): Files =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => file(i)))

const source = (i: number): string =>
  [
    `import { value${(i * 7 + 1) % 100} } from './part${(i * 7 + 1) % 100}.ts'`,
    `export const value${i} = ${i}`,
    `export function work${i}(input: string) {`,
    ...Array.from(
      { length: 20 + (i % 30) },
      (_, n) => `  if (input === 'case ${n}') return value${(i * 7 + 1) % 100} + ${n}`,
    ),
    i % 9 === 0 ? '  try { return eval(input) } catch {}' : '  return 0',
    '}',
    '',
  ].join('\n')

export const files: Files = {
  'package.json': `${JSON.stringify({ name: 'fixture', version: '1.0.0', dependencies: { openai: '*' } }, null, 2)}\n`,
  'README.md': '# Fixture\n\nSee [the guide](docs/page1.md) and [nothing](docs/absent.md).\n',
  Dockerfile: 'FROM node:latest\nCOPY . .\nCMD node src/part0.ts\n',
  '.github/workflows/ci.yml':
    'on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@main\n',
  'src/model.ts':
    "import OpenAI from 'openai'\nexport const ask = () => new OpenAI().chat.completions.create({ model: 'gpt-4o', messages: [] })\n",
  ...many(100, i => [`src/part${i}.ts`, source(i)]),
  ...many(40, i => [
    `test/part${i}.test.ts`,
    `import { test } from 'vitest'\ntest${i % 5 === 0 ? '.skip' : ''}('part ${i}', () => {})\n`,
  ]),
  ...many(30, i => [`docs/page${i}.md`, `# Page ${i}\n\n[next](page${i + 1}.md)\n\n### Deep\n`]),
  ...many(15, i => [
    `web/page${i}.html`,
    `<html><body><img src="a${i}.png"><a href="#">here</a></body></html>\n`,
  ]),
  ...many(10, i => [`web/style${i}.css`, `.a${i} { color: red !important }\n`]),
}

/** A fresh one, gone when the test is. */
export const bigRepository = (): string => repository(files)

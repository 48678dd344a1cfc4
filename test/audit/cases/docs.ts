// Docs rules: what each must find and must let pass.
// Never in here: links that need a network.
import type { Case } from '../support/case.ts'

const todo = ['TO', 'DO'].join('')
const words = (count: number): string => 'word '.repeat(count)
const functions = (count: number, comment: string): string =>
  Array.from({ length: count }, (_, i) => `${comment}export function f${i}() {}\n`).join('')

export const docs: Case[] = [
  {
    rule: 'docs.dead-link',
    bad: { 'README.md': '# x\n\n[guide](guide.md)\n' },
    at: 'README.md:3',
    good: {
      'README.md':
        '[a](a%20b.md#c) [folder](src/) [up](../../issues) [web](https://example.com/x.md) `[code](gone.md)` [ref]\n\n```\n[x](gone.md)\n```\n\n[ref]: /src/x.ts\n',
      'a b.md': '# c\n',
      'src/x.ts': '',
    },
  },
  {
    rule: 'docs.dead-link',
    bad: { 'README.md': '<p><img alt="x" src="gone.png"></p>\n' },
    at: 'README.md:1',
    good: { 'README.md': '<p><img alt="x" src="here.png"></p>\n', 'here.png': 'x' },
  },
  {
    rule: 'docs.dead-anchor',
    bad: { 'README.md': '# One\n\n[x](#two)\n' },
    at: 'README.md:3',
    good: {
      'README.md':
        '# One & two!\n\n# One & two!\n\n<a name="here"></a>\n\n[x](#one--two) [y](#one--two-1) [z](#here) [w](b.md#ünder_score) [l](src/a.ts#L4)\n',
      'b.md': '## Ünder_score\n',
      'src/a.ts': '',
    },
  },
  {
    rule: 'docs.empty-link',
    bad: { 'README.md': '[x]()\n' },
    at: 'README.md:1',
    good: { 'README.md': '[x](#)\n\n- [ ] task\n' },
  },
  {
    rule: 'docs.unfinished-text',
    bad: { 'README.md': `# x\n\n${todo}: describe the options\n` },
    at: 'README.md:3',
    good: { 'README.md': `# x\n\nThe ${todo} list example shows how.\n` },
  },
  {
    rule: 'docs.skipped-heading-level',
    bad: { 'README.md': '# a\n\n### b\n' },
    at: 'README.md:3',
    good: { 'README.md': '## a\n\n### b\n\n# c\n\n## d\n' },
  },
  {
    rule: 'docs.wall-of-text',
    bad: { 'README.md': `# x\n\n${words(1_500)}` },
    at: 'README.md',
    good: { 'README.md': `# x\n\n${words(800)}\n\n## y\n\n${words(800)}` },
  },
  {
    rule: 'docs.image-without-words',
    bad: { 'README.md': '\n![](a.png)\n', 'a.png': '' },
    at: 'README.md:2',
    good: { 'README.md': '![The board](a.png) <img src="a.png" alt="">\n', 'a.png': '' },
  },
  {
    rule: 'docs.undocumented-exports',
    bad: { 'src/a.ts': `\n${functions(3, '')}` },
    at: 'src/a.ts:2',
    good: {
      'src/a.ts': functions(3, '/** Does f. */\n') + functions(2, '').replaceAll(' f', ' g'),
      'src/b.ts': 'export const a = 1\nexport const b = 2\nexport const c = 3\n',
    },
  },
  {
    rule: 'docs.undocumented-exports',
    bad: { 'a.py': 'def f():\n    pass\nclass C:\n    pass\n' },
    at: 'a.py:1',
    good: {
      'a.py': 'def f(\n    x,\n):\n    """Does f."""\ndef _g():\n    pass\nclass C:\n\n    """Is C."""\n',
    },
  },
  {
    rule: 'docs.no-readme',
    bad: { 'src/a.ts': '' },
    good: { 'README.rst': 'x\n' },
  },
  {
    rule: 'docs.thin-readme',
    bad: { 'README.md': '# x\n' },
    at: 'README.md',
    good: { 'README.md': `# x\n\n${words(60)}\n\n## Install\n` },
  },
  {
    rule: 'docs.no-licence',
    bad: { 'README.md': 'x\n' },
    good: { 'LICENSE-MIT': 'x\n' },
  },
  {
    rule: 'docs.no-changelog',
    bad: { 'pyproject.toml': '', 'README.md': 'x\n' },
    good: { 'pyproject.toml': '', 'docs/changes.rst': 'x\n' },
  },
  {
    rule: 'docs.no-contributing',
    bad: { 'README.md': 'x\n' },
    good: { 'README.md': 'x\n', 'CONTRIBUTING.md': 'x\n' },
  },
  {
    rule: 'docs.bare-manifest',
    bad: { 'package.json': '{"name":"x","version":"1.0.0"}' },
    at: 'package.json',
    good: { 'package.json': '{"name":"x","version":"1.0.0","private":true}' },
  },
]

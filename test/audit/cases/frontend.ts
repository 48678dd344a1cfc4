// Frontend rules: what each must find and must let pass.
// Never in here: rendering.
import type { Case } from '../support/case.ts'

const page = (head: string, body = '', html = ' lang="en"'): string =>
  `<!doctype html>\n<html${html}><head>${head}</head><body>${body}</body></html>\n`
const head = '<title>x</title><meta name="viewport" content="width=device-width">'
const bytes = (count: number): Uint8Array => new Uint8Array(count).fill(255)

export const frontend: Case[] = [
  {
    rule: 'frontend.image-without-alt',
    bad: { 'src/a.tsx': 'export const A = () => (\n  <img src="x.png" />\n)\n' },
    at: 'src/a.tsx:2',
    good: {
      'src/a.tsx':
        'export const A = (p: object) => <><img src="x.png" alt="" /><img {...p} /><Image /></>\ndeclare const Image: () => null\n',
      'src/a.vue': '<template><img :src="x" :alt="y" /></template>\n',
    },
  },
  {
    rule: 'frontend.image-without-alt',
    bad: { 'index.html': page(head, '\n<img src=x>') },
    at: 'index.html:3',
    good: { 'index.html': page(head, '<img src=x alt=y>') },
  },
  {
    rule: 'frontend.nameless-control',
    bad: { 'src/a.svelte': '<script>let x</script>\n<button on:click={f}></button>\n' },
    at: 'src/a.svelte:2',
    good: {
      'src/a.svelte':
        '<button on:click={f}>Go</button><button aria-label="Close"></button><a name="x"></a>\n',
      'src/b.tsx': 'export const B = () => <button>{icon}</button>\ndeclare const icon: string\n',
    },
  },
  {
    rule: 'frontend.page-without-language',
    bad: { 'index.html': page(head, '', '') },
    at: 'index.html:1',
    good: { 'index.html': page(head), 'part.html': '<p>x</p>\n' },
  },
  {
    rule: 'frontend.page-without-title',
    bad: { 'index.html': page('<meta name="viewport">') },
    at: 'index.html:1',
    good: { 'index.html': page(head), 'layout.html': page('{% block head %}{% endblock %}') },
  },
  {
    rule: 'frontend.page-without-viewport',
    bad: { 'index.html': page('<title>x</title>') },
    at: 'index.html:1',
    good: { 'index.html': page(head) },
  },
  {
    rule: 'frontend.positive-tabindex',
    bad: {
      'src/a.tsx':
        'export const A = () => <div tabIndex={1} />\nexport const B = () => <div tabIndex="2" />\n',
    },
    at: 'src/a.tsx:2',
    good: {
      'src/a.tsx':
        'export const A = () => <div tabIndex="0" />\nexport const B = () => <div tabIndex="-1" />\n',
    },
  },
  {
    rule: 'frontend.insecure-resource',
    bad: { 'index.html': page(`${head}\n<script src="http://cdn.example.com/x.js"></script>`) },
    at: 'index.html:3',
    good: {
      'index.html': page(
        `${head}<script src="http://localhost/x.js"></script>`,
        '<a href="http://example.com">x</a>',
      ),
    },
  },
  {
    rule: 'frontend.foreign-script',
    bad: { 'index.html': page(`${head}<script src="https://cdn.example.com/x.js"></script>`) },
    at: 'index.html:2',
    good: {
      'index.html': page(
        `${head}<script src="https://cdn.example.com/x.js" integrity="sha384-x" crossorigin></script><script src="/x.js"></script>`,
      ),
    },
  },
  {
    rule: 'frontend.raw-html',
    bad: {
      'src/a.tsx':
        'export const A = ({ html }: { html: string }) => (\n  <div dangerouslySetInnerHTML={{ __html: html }} />\n)\n',
    },
    at: 'src/a.tsx:2',
    good: {
      'src/a.tsx':
        'export const A = () => <script dangerouslySetInnerHTML={{ __html: theme }} />\ndeclare const theme: string\n',
    },
  },
  {
    rule: 'frontend.important-everywhere',
    bad: { 'a.css': 'a { color: red !important; }\n'.repeat(20) },
    at: 'a.css',
    good: {
      'a.css': 'a { color: red; }\n'.repeat(20) + 'a { color: red !important; }\n/* !important */'.repeat(3),
    },
  },
  {
    rule: 'frontend.focus-removed',
    bad: { 'a.css': '\na:focus { outline: none; }\n' },
    at: 'a.css:2',
    good: {
      'a.css': 'a:focus { outline: none; }\na:focus-visible { outline: 2px solid; }\n',
      'b.css': 'a:hover { outline: none; }\n',
    },
  },
  {
    rule: 'frontend.import-chain',
    bad: { 'a.css': '@import url("https://fonts.example.com/x.css");\n' },
    at: 'a.css:1',
    good: { 'a.css': '@import "./b.css";\n' },
  },
  {
    rule: 'frontend.heavy-image',
    bad: { 'docs/x.png': bytes(600 * 1024) },
    at: 'docs/x.png',
    good: { 'docs/x.png': bytes(400 * 1024), 'x.bin': bytes(600 * 1024) },
  },
  {
    rule: 'frontend.heavy-bundle',
    bad: { 'public/x.js': 'x'.repeat(400 * 1024) },
    at: 'public/x.js',
    good: { 'public/x.js': 'x'.repeat(200 * 1024), 'src/x.js': 'x'.repeat(400 * 1024) },
  },
  {
    rule: 'frontend.old-font-format',
    bad: { 'fonts/x.ttf': bytes(10) },
    at: 'fonts/x.ttf',
    good: { 'fonts/x.woff2': bytes(10) },
  },
  {
    rule: 'frontend.committed-source-map',
    bad: { 'public/x.js.map': '{}' },
    at: 'public/x.js.map',
    good: { 'public/x.js': '', 'public/map.js': '' },
  },
]

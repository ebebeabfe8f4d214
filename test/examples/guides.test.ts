/** What the guides that go with the examples tell people to write is tried, as the examples are. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { commandFaults, entitiesIn, knownEntities, parseYaml, publishFaults } from './home-assistant.ts'

const DOCS = new URL('../../docs/', import.meta.url)

for (const guide of ['migrating.md', 'node-red.md']) {
  const text = readFileSync(new URL(guide, DOCS), 'utf8')
  const blocks = (language: string): string[] =>
    [...text.matchAll(/^ *```(\w+)\n(.*?)^ *```$/gms)].flatMap(([, is, block]) =>
      is === language ? [block ?? ''] : [],
    )

  describe(`docs/${guide}`, () => {
    // What somebody has now begins with "# before".
    for (const block of blocks('yaml').filter((each) => !each.startsWith('# before'))) {
      test(`is right in ${JSON.stringify(block.slice(0, 60))}`, () => {
        const tree = parseYaml(block)
        assert.deepEqual(publishFaults(tree), [])
        const known = knownEntities()
        assert.deepEqual(
          [...entitiesIn(tree)].filter((entity) => !known.has(entity)),
          [],
        )
      })
    }

    for (const block of blocks('sh').filter((each) => each.startsWith('mosquitto_pub'))) {
      test(`is right in ${JSON.stringify(block.slice(0, 60))}`, () => {
        const [, topic, payload] = /^mosquitto_pub -q 1 -t (\S+) -m '(.*)'$/.exec(block.trim()) ?? []
        assert.deepEqual(commandFaults(topic ?? '', payload ?? ''), [])
      })
    }

    test('links only to files that exist', () => {
      const links = [...text.matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, link]) => link ?? '')
      const local = links.filter((link) => !link.startsWith('https://'))
      assert.ok(local.length > 0)
      assert.deepEqual(
        local.filter((link) => !existsSync(new URL(link, DOCS))),
        [],
      )
    })
  })
}

import type { Database } from './database.ts'

/** What Home Assistant may still know of one device. */
export interface AnnouncedDevice {
  /** Of its discovery message. */
  readonly topic: string
  /** JSON of the newest message without its components. */
  readonly root: string
  /** JSON of every component that Home Assistant may know, also of those that are to go. */
  readonly components: string
  /** Retained topics that go with the device. */
  readonly states: readonly string[]
}

/** What was announced to Home Assistant, so that it can be taken back by a bridge that has been started anew since. */
export class AnnouncedRecords {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  all(): AnnouncedDevice[] {
    return this.#db
      .all<{ topic: string; root: string; components: string; states: string }>(
        'SELECT topic, root, components, states FROM announced ORDER BY topic',
      )
      .map((row) => ({ ...row, states: JSON.parse(row.states) as string[] }))
  }

  /** Before it is published: from then on Home Assistant may know it. */
  announced({ topic, root, components, states }: AnnouncedDevice): void {
    this.#db.run(
      'INSERT OR REPLACE INTO announced (topic, root, components, states) VALUES (?, ?, ?, ?)',
      topic,
      root,
      components,
      JSON.stringify(states),
    )
  }

  /** Home Assistant has certainly removed the device. */
  removed(topic: string): void {
    this.#db.run('DELETE FROM announced WHERE topic = ?', topic)
  }
}

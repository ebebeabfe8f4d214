/** What Home Assistant knows of a discovery message, as observed on core 2026.2. */
const ROOT_KEYS = ['dev', 'o', 'cmps', 'avty', 'avty_mode', 'stat_t', 'cmd_t']
const DEVICE_KEYS = ['ids', 'cns', 'name', 'mf', 'mdl', 'mdl_id', 'sw', 'hw', 'sn', 'cu', 'via_device']
const ORIGIN_KEYS = ['name', 'sw', 'url']

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  sensor: ['stat_t'],
  binary_sensor: ['stat_t'],
  update: ['stat_t'],
  event: ['stat_t', 'evt_typ'],
  button: ['cmd_t'],
  notify: ['cmd_t'],
  number: ['cmd_t'],
  switch: ['cmd_t'],
  text: ['cmd_t'],
  select: ['cmd_t', 'options'],
  device_automation: ['atype', 't', 'type', 'stype'],
}

/** What our components may have besides `p`, `uniq_id`, `qos`: Home Assistant ignores any other key without a word, so it is a slip. */
const ENTITY_KEYS = ['name', 'ic', 'ent_cat', 'en', 'avty', 'avty_t', 'dev_cla']
const READING_KEYS = ['stat_t', 'val_tpl', 'json_attr_t', 'json_attr_tpl']
const MEASURE_KEYS = ['unit_of_meas', 'stat_cla', 'sug_dsp_prc', 'options']
const KEYS: Readonly<Record<string, readonly string[]>> = {
  sensor: [...ENTITY_KEYS, ...READING_KEYS, ...MEASURE_KEYS],
  binary_sensor: [...ENTITY_KEYS, ...READING_KEYS, 'pl_on', 'pl_off'],
  event: [...ENTITY_KEYS, 'stat_t', 'evt_typ', 'val_tpl'],
  button: [...ENTITY_KEYS, 'cmd_t', 'pl_prs'],
  notify: [...ENTITY_KEYS, 'cmd_t', 'cmd_tpl'],
  switch: [...ENTITY_KEYS, ...READING_KEYS, 'cmd_t'],
  text: [...ENTITY_KEYS, ...READING_KEYS, 'cmd_t', 'min', 'max', 'ptrn', 'mode'],
  select: [...ENTITY_KEYS, ...READING_KEYS, 'cmd_t', 'options'],
  device_automation: ['atype', 't', 'type', 'stype', 'pl', 'val_tpl'],
}

const STATE_CLASSES: readonly unknown[] = [undefined, 'measurement', 'total', 'total_increasing']

const DEVICE_CLASSES: Readonly<Record<string, readonly string[]>> = {
  sensor: ['signal_strength', 'enum', 'timestamp', 'data_size', 'data_rate', 'duration', 'battery', 'temperature'],
  binary_sensor: ['connectivity', 'problem', 'battery_charging', 'battery', 'running'],
  button: ['restart', 'update', 'identify'],
  event: ['button', 'doorbell', 'motion'],
}

const UNITS: Readonly<Record<string, readonly unknown[]>> = {
  data_size: ['bit', 'kbit', 'Mbit', 'Gbit', 'B', 'kB', 'MB', 'GB', 'TB', 'KiB', 'MiB', 'GiB', 'TiB'],
  data_rate: ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'B/s', 'kB/s', 'MB/s', 'GB/s', 'KiB/s', 'MiB/s', 'GiB/s'],
  duration: ['s', 'min', 'h', 'd'],
  signal_strength: ['dB', 'dBm'],
  battery: ['%'],
  temperature: ['°C'],
  enum: [undefined],
  timestamp: [undefined],
}

const COUNTERS = ['data_size']

const isFilledList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')

const isLimit = ({ min, max }: Keys): boolean => Number(min) >= 0 && Number(max) >= Number(min) && Number(max) <= 255

type Keys = Record<string, unknown>

const isObject = (value: unknown): value is Keys => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Faults for which Home Assistant refuses a whole device or a component, and those it takes but that leave the user with
 * something broken.
 */
export function faultsOf({ topic, payload }: { topic: string; payload: string }): string[] {
  const root: unknown = JSON.parse(payload)
  if (!isObject(root)) return ['not an object']
  const faults: string[] = []
  if (!/^.+\/device\/([A-Za-z0-9_-]+\/)?[A-Za-z0-9_-]+\/config$/.test(topic)) faults.push(`illegal topic ${topic}`)
  const unknown = (where: string, keys: Keys, known: readonly string[]): void => {
    for (const key of Object.keys(keys)) if (!known.includes(key)) faults.push(`${where}: unknown key ${key}`)
  }
  unknown('root', root, ROOT_KEYS)
  const { dev, o, cmps } = root
  if (!isObject(dev) || (dev.ids === undefined && dev.cns === undefined)) faults.push('dev: neither ids nor cns')
  if (isObject(dev)) {
    unknown('dev', dev, DEVICE_KEYS)
    for (const [key, value] of Object.entries(dev)) if (value === null) faults.push(`dev: ${key} is null`)
    if (dev.name === undefined) faults.push('dev: no name')
    if (dev.cu !== undefined && !/^https?:\/\/./.test(String(dev.cu))) faults.push('dev: cu is no URL')
  }
  if (!isObject(o) || typeof o.name !== 'string') faults.push('o: no name')
  else unknown('o', o, ORIGIN_KEYS)
  if (root.avty !== undefined && root.avty_mode !== 'all') faults.push('root: avty_mode is not all')
  if (!isObject(cmps)) return [...faults, 'no cmps']
  const ids = new Set<string>()
  for (const [key, component] of Object.entries(cmps)) {
    if (!/^[a-z0-9_]+$/.test(key)) faults.push(`${key}: cannot be removed later`)
    if (!isObject(component)) faults.push(`${key}: not an object`)
    else faults.push(...componentFaults(component, root).map((fault) => `${key}: ${fault}`))
    if (!isObject(component) || component.uniq_id === undefined) continue
    const id = `${component.p} ${component.uniq_id}`
    if (ids.has(id)) faults.push(`${key}: uniq_id used twice`)
    ids.add(id)
  }
  return faults
}

function componentFaults(component: Keys, root: Keys): string[] {
  const platform = String(component.p)
  const required = REQUIRED[platform]
  if (required === undefined) return [`unknown platform ${platform}`]
  // The order to remove it.
  if (Object.keys(component).length === 1) return []
  const faults = required
    .filter((key) => component[key] === undefined && root[key] === undefined)
    .map((key) => `no ${key}`)
  const known = [...(KEYS[platform] ?? Object.keys(component)), 'p', 'uniq_id', 'qos']
  faults.push(...Object.keys(component).flatMap((key) => (known.includes(key) ? [] : [`unknown key ${key}`])))
  if (component.qos !== 1) faults.push('no qos of its own')
  if (platform !== 'device_automation') faults.push(...entityFaults(component, platform, root))
  else if (component.atype !== 'trigger') faults.push('atype is not trigger')
  return faults
}

function entityFaults(component: Keys, platform: string, root: Keys): string[] {
  const { uniq_id, name, dev_cla, unit_of_meas, ic, ent_cat, options, stat_cla, evt_typ, avty } = component
  const device = isObject(root.dev) ? String(root.dev.name) : ''
  const units = UNITS[String(dev_cla)]
  const isAlways = Array.isArray(avty) && avty.length === 0
  const mistakes: readonly (readonly [boolean, string])[] = [
    [typeof uniq_id !== 'string', 'no uniq_id'],
    [typeof name !== 'string', 'no name'],
    [typeof name === 'string' && name.startsWith(device), "name begins with the device's"],
    [dev_cla !== undefined && !DEVICE_CLASSES[platform]?.includes(String(dev_cla)), `unknown dev_cla ${dev_cla}`],
    [units !== undefined && !units.includes(unit_of_meas), `unit ${unit_of_meas} does not fit ${dev_cla}`],
    [ic !== undefined && !String(ic).startsWith('mdi:'), 'ic without mdi:'],
    [ent_cat !== undefined && ent_cat !== 'config' && ent_cat !== 'diagnostic', `ent_cat ${ent_cat}`],
    [ent_cat === 'config' && /sensor$/.test(platform), 'ent_cat config on a sensor'],
    [options !== undefined && (stat_cla !== undefined || unit_of_meas !== undefined), 'options and stat_cla or unit'],
    [dev_cla === 'enum' && !Array.isArray(options), 'enum without options'],
    [component.avty_t !== undefined && root.avty !== undefined, 'avty_t beside avty of the root'],
    [platform === 'event' && !(Array.isArray(evt_typ) && evt_typ.length > 0), 'evt_typ is no list'],
    [platform === 'select' && !isFilledList(options), 'options are no list of texts'],
    [platform === 'text' && !isLimit(component), 'a text longer than 255 characters has no state'],
    [!STATE_CLASSES.includes(stat_cla), `unknown stat_cla ${stat_cla}`],
    [COUNTERS.includes(String(dev_cla)) && stat_cla !== 'total_increasing', 'a counter that does not increase'],
    [platform === 'notify' && !isAlways, 'a notify that is unavailable drops messages'],
    [platform === 'event' && !isAlways, 'an event with an availability fires again'],
  ]
  return mistakes.filter(([isWrong]) => isWrong).map(([, says]) => says)
}

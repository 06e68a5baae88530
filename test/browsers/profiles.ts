/**
 * How browsers are started so that they show no window, open no page of their own, ask nobody for updates,
 * and share nothing with a profile that a person uses.
 */
import { writeFileSync } from 'node:fs'

/** A browser's arguments before the address; may write the profile into `directory`, which is empty. */
export type Profile = (directory: string) => readonly string[]

export const chromium: Profile = (directory) => [
  // Chromium's sandbox does not work as root. The only pages that it loads are ours.
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic',
  '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  `--user-data-dir=${directory}`,
]

/** Preferences with which a new profile opens no other page and sends nothing to Mozilla. */
const QUIET: Readonly<Record<string, boolean | string>> = {
  'browser.aboutwelcome.enabled': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'nimbus.rollouts.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'services.settings.server': 'data:,',
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

export const firefox: Profile = (directory) => {
  const lines = Object.entries(QUIET)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  writeFileSync(`${directory}/user.js`, lines.join(''))
  return ['--headless', '--no-remote', '--profile', directory]
}

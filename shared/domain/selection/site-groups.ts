import { z } from 'zod';

/** The two groups that LIMA draws as many samples from, and what it leaves out. */
export const siteGroupSchema = z.enum(['stem', 'other', 'dropped']);
export type SiteGroup = z.infer<typeof siteGroupSchema>;

// The paper says 75, 99 and 5 of 179 exchanges and names none: which ones is ours.
const stem = new Set(
  `3dprinting academia ai android apple arduino astronomy aviation bioacoustics bioinformatics
  biology bitcoin blender cardano chemistry civicrm codegolf codereview computergraphics craftcms
  crypto cs cseducators cstheory datascience dba devops drones drupal dsp earthscience economics
  electronics elementaryos emacs engineering eosio ethereum expressionengine gamedev gis ham
  hardwarerecs hsm iot joomla magento math matheducators mathematica mattermodeling mechanics
  monero networkengineering opendata opensource or physics proofassistants quant quantumcomputing
  raspberrypi retrocomputing reverseengineering robotics salesforce scicomp security sharepoint
  sitecore softwareengineering softwarerecs solana space sqa stats stellar substrate tex tezos tor
  tridion unix ux vi webapps webmasters wordpress`.split(/\s+/),
);
const stemHosts = new Set([
  'stackoverflow',
  'superuser',
  'serverfault',
  'askubuntu',
  'mathoverflow',
]);
const dropped = /^(?:stackapps|(?:pt|es|ja|ru)\.stackoverflow)$/;
const meta = /(?:^|\.)meta\./;

/** The group of a site by its short name, as `coffee.stackexchange`; what is unknown is `other`. */
export function groupOfSite(site: string): SiteGroup {
  if (dropped.test(site) || meta.test(site)) return 'dropped';
  return stem.has(site.replace(/\.stackexchange$/, '')) || stemHosts.has(site) ? 'stem' : 'other';
}

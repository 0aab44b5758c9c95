import type { AggregateReport, PublishedPolicy, ReportRecord } from '../core/report/report.js';

/** The report as a receiver writes it: RFC 7489 appendix C or RFC 9990 appendix A, by its `schema`. */
export function reportXml(report: AggregateReport): string {
  const isNew = report.schema === 'rfc9990';
  const root = isNew ? '<feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">' : '<feedback>';
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    root,
    '<version>1.0</version>',
    ...metadata(report),
    ...(isNew ? newPolicy(report.policy) : oldPolicy(report.policy)),
    ...report.records.flatMap(record),
    '</feedback>',
    '',
  ].join('\n');
}

function metadata(report: AggregateReport): string[] {
  return [
    '<report_metadata>',
    element('org_name', report.orgName),
    element('email', report.email),
    element('report_id', report.reportId),
    `<date_range><begin>${report.begin}</begin><end>${report.end}</end></date_range>`,
    '</report_metadata>',
  ];
}

function oldPolicy(policy: PublishedPolicy): string[] {
  return [
    '<policy_published>',
    element('domain', policy.domain),
    element('adkim', policy.adkim),
    element('aspf', policy.aspf),
    element('p', policy.p),
    element('sp', policy.sp ?? policy.p),
    element('pct', policy.pct === null ? null : String(policy.pct)),
    '</policy_published>',
  ];
}

function newPolicy(policy: PublishedPolicy): string[] {
  return [
    '<policy_published>',
    element('domain', policy.domain),
    '<discovery_method>treewalk</discovery_method>',
    element('p', policy.p),
    element('sp', policy.sp),
    element('np', policy.np),
    element('adkim', policy.adkim),
    element('aspf', policy.aspf),
    element('testing', policy.testing === null ? null : policy.testing ? 'y' : 'n'),
    '</policy_published>',
  ];
}

function record(row: ReportRecord): string[] {
  return [
    '<record>',
    '<row>',
    element('source_ip', row.sourceIp),
    `<count>${row.count}</count>`,
    '<policy_evaluated>',
    element('disposition', row.disposition),
    element('dkim', row.dkim),
    element('spf', row.spf),
    ...row.reasons.map(
      (reason) => `<reason>${element('type', reason.type)}${element('comment', reason.comment)}</reason>`,
    ),
    '</policy_evaluated>',
    '</row>',
    '<identifiers>',
    element('header_from', row.headerFrom),
    element('envelope_from', row.envelopeFrom),
    element('envelope_to', row.envelopeTo),
    '</identifiers>',
    '<auth_results>',
    ...row.dkimResults.map(
      (dkim) =>
        `<dkim>${element('domain', dkim.domain)}${element('selector', dkim.selector)}${element('result', dkim.result)}</dkim>`,
    ),
    ...row.spfResults.map(
      (spf) =>
        `<spf>${element('domain', spf.domain)}${element('scope', spf.scope)}${element('result', spf.result)}</spf>`,
    ),
    '</auth_results>',
    '</record>',
  ];
}

/** Nothing at all for null: most elements are optional. */
function element(name: string, text: string | null): string {
  if (text === null) return '';
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<${name}>${escaped}</${name}>`;
}

import picocolors from 'picocolors';
import { z } from 'zod';
import { askService, type ServiceAddress } from './service-client.js';
import { CommandError, harmless, jsonLine, type ExitStatus, type Terminal } from './terminal.js';

const Providers = z.object({
  configured: z.array(z.object({ name: z.string(), type: z.string() })),
  types: z.array(z.looseObject({ id: z.string(), title: z.string() })),
});
const Check = z.object({ ok: z.boolean(), message: z.string() });

/** Asks every provider of the settings whether it takes its credential. Exit status 1 when one doesn't. */
export async function showProviders(
  service: ServiceAddress,
  options: { readonly json: boolean; readonly types: boolean },
  terminal: Terminal,
): Promise<ExitStatus> {
  const { configured, types } = await askService(
    service,
    { method: 'GET', path: '/v1/providers' },
    Providers,
  );
  if (options.types) {
    for (const type of types)
      terminal.out(options.json ? jsonLine(type) : `${type.id.padEnd(14)}${type.title}`);
    return 0;
  }
  const colors = picocolors.createColors(terminal.hasColors);
  if (configured.length === 0)
    terminal.err('no provider stands in the settings; --types shows which there are');
  let status: ExitStatus = 0;
  for (const { name, type } of configured) {
    const { ok, message } = await checkOf(service, name);
    if (!ok) status = 1;
    const mark = ok ? colors.green('✓') : colors.red('✗');
    terminal.out(
      options.json
        ? jsonLine({ name, type, ok, message })
        : `${mark} ${name} (${type}): ${harmless(message)}`,
    );
  }
  return status;
}

/** A check that fails as a whole says so; the others are asked all the same. */
async function checkOf(service: ServiceAddress, name: string): Promise<z.infer<typeof Check>> {
  const path = `/v1/providers/${encodeURIComponent(name)}/check`;
  try {
    return await askService(service, { method: 'POST', path }, Check);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { ok: false, message: error.message };
  }
}

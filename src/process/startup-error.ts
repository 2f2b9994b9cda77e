// Why a server did not start, in words for the operator.
import { ConfigError } from '../config/config.ts';
import { WorkerEndedError } from './workers.ts';
import { StoreVersionError } from '../db/migrations/tools/requirements.ts';
import { explainStoreFault } from '../db/store/store-failure.ts';
import { LocalSecretsError } from '../config/local-secrets.ts';

type ListenError = NodeJS.ErrnoException & { readonly port?: number; readonly address?: string };

function listenError({ code, syscall, port, address }: ListenError): string | null {
  if (code === 'EADDRINUSE') return `Port ${port} is in use. Stop what uses it, or set PORT to another one.`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine. Set HOST to one that is.`;
  if (code === 'EACCES' && syscall === 'listen') {
    return `Port ${port} is not allowed to this user. Set PORT to another one, as a rule above 1023.`;
  }
  return null;
}

/** Faults of the environment are described in words. Anything else is a defect and keeps its stack trace. */
export function describeStartupError(error: unknown): string {
  const told = [ConfigError, LocalSecretsError, StoreVersionError, WorkerEndedError];
  if (error instanceof Error && told.some((kind) => error instanceof kind)) return error.message;
  const fault = error as ListenError;
  return listenError(fault) ?? explainStoreFault(error) ?? String(fault.stack ?? error);
}

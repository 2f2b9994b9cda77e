// The operation of an endpoint, sent by hand to /graphql.
import {
  bearer,
  type Answer,
  type AnsweredError,
  type Headers,
  type TestHouse,
} from '../../support/house.ts';

export interface SentByHand {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string;
}

/** Like `house.send`, with headers of one's own. */
export async function sendStored(
  house: TestHouse,
  secret: string,
  sent: SentByHand,
  headers: Headers,
): Promise<Answer> {
  const response = await house.app.http.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...bearer(secret), ...headers },
    payload: JSON.stringify(sent),
  });
  const { data, errors } = JSON.parse(response.body) as { data?: unknown; errors?: AnsweredError[] };
  return { status: response.statusCode, headers: response.headers, data, errors, text: response.body };
}

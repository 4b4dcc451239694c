import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ElasticConnection } from "../../../../assembler/elastic/elastic-connection";

/** Lets `use` ask a server that answers each request as told, for answers that no Elasticsearch gives when one likes. */
export async function withAnswers(
  answerTo: (url: string) => object,
  use: (connection: ElasticConnection) => Promise<void>,
): Promise<void> {
  const server = createServer(({ url = "" }, answer) => {
    answer.setHeader("content-type", "application/json").setHeader("x-elastic-product", "Elasticsearch");
    answer.end(JSON.stringify(answerTo(url)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const connection = new ElasticConnection({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  try {
    await use(connection);
  } finally {
    await connection.close();
    server.close();
  }
}

import { Body } from "@react-email/body";
import { Container } from "@react-email/container";
import { Head } from "@react-email/head";
import { Html } from "@react-email/html";
import { Preview } from "@react-email/preview";
import { Text } from "@react-email/text";
import type { ReactNode } from "react";
import { style, styleSheet } from "./style.ts";

type Props = { title: string; preview: string; footer: readonly string[]; children: ReactNode };

/** The frame of every email: one column, in light or dark mode. */
export function Layout({ title, preview, footer, children }: Props) {
  return (
    <Html lang="en">
      <Head>
        <meta content="width=device-width, initial-scale=1" name="viewport" />
        <meta content="light dark" name="color-scheme" />
        <meta content="light dark" name="supported-color-schemes" />
        <meta content="telephone=no, date=no, address=no, email=no, url=no" name="format-detection" />
        <title>{title}</title>
        <style>{styleSheet}</style>
      </Head>
      <Body className="page" style={style.page}>
        <Preview>{preview}</Preview>
        <Container style={style.container}>
          <table
            border={0}
            cellPadding={0}
            cellSpacing={0}
            className="card"
            role="presentation"
            style={style.card}
            width="100%"
          >
            <tbody>
              <tr>
                <td className="inside" style={style.inside}>
                  {children}
                </td>
              </tr>
            </tbody>
          </table>
          <div style={{ padding: "16px 12px" }}>
            {footer.map((line) => (
              <Text className="footer" key={line} style={style.footer}>
                {line}
              </Text>
            ))}
          </div>
        </Container>
      </Body>
    </Html>
  );
}

import { memo, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { VisibleText } from './visible-text.tsx';
import './markdown.css';

/** Marks invisible characters in every text an element holds directly. */
function visible(children: ReactNode): ReactNode {
  if (typeof children === 'string') return <VisibleText text={children} />;
  if (!Array.isArray(children)) return children;
  return children.map((child: ReactNode, index) =>
    typeof child === 'string' ? <VisibleText key={index} text={child} /> : child,
  );
}

/** Links go nowhere and images load nothing: both are shown as text with their address. */
const components: Components = {
  a: ({ href, children }) => (
    <span className="markdown-link" title={href}>
      {visible(children)}
    </span>
  ),
  img: ({ alt, src }) => (
    <span className="markdown-image" title={typeof src === 'string' ? src : undefined}>
      [image: <VisibleText text={alt === undefined || alt === '' ? 'no description' : alt} />]
    </span>
  ),
  p: ({ children }) => <p>{visible(children)}</p>,
  li: ({ children, className }) => <li className={className}>{visible(children)}</li>,
  h1: ({ children }) => <h1>{visible(children)}</h1>,
  h2: ({ children }) => <h2>{visible(children)}</h2>,
  h3: ({ children }) => <h3>{visible(children)}</h3>,
  h4: ({ children }) => <h4>{visible(children)}</h4>,
  h5: ({ children }) => <h5>{visible(children)}</h5>,
  h6: ({ children }) => <h6>{visible(children)}</h6>,
  em: ({ children }) => <em>{visible(children)}</em>,
  strong: ({ children }) => <strong>{visible(children)}</strong>,
  del: ({ children }) => <del>{visible(children)}</del>,
  td: ({ children }) => <td>{visible(children)}</td>,
  th: ({ children }) => <th>{visible(children)}</th>,
  code: ({ children }) => <code>{visible(children)}</code>,
};

const plugins = [remarkGfm];
/** The address is only ever a tooltip, so it is shown as written. */
const keepAddress = (address: string) => address;

/**
 * The only way imported text and model output reach the page: React elements built from Markdown,
 * raw HTML shown as the text it is, nothing fetched, nothing to click.
 */
export const MarkdownText = memo(function MarkdownText({ text }: { text: string }) {
  return (
    <div className="markdown" dir="auto">
      <Markdown remarkPlugins={plugins} components={components} urlTransform={keepAddress}>
        {text}
      </Markdown>
    </div>
  );
});

//! The face that slack-morphism's methods see.
//!
//! It owns the way of our errors through its error type. It refuses what this program never sends.

use std::future::ready;

use futures_util::{FutureExt, future::BoxFuture};
use serde::{Serialize, de::DeserializeOwned};
use slack_morphism::{
    ClientResult, SlackClientApiCallContext, SlackClientHttpConnector, SlackClientId, SlackClientSecret,
    errors::{SlackClientError, SlackClientSystemError, SlackRateLimitError},
    multipart_form::FileMultipartData,
};
use url::Url;

use super::{Connector, LONGEST_WAIT};
use crate::slack::error::{Hitch, SlackCode, SlackError, rejected};

/// Into slack-morphism's error and out again: it passes through its generic methods on the way.
fn wrapped(error: SlackError) -> SlackClientError {
    match error {
        SlackError::RateLimited { after } => {
            SlackClientError::RateLimitError(SlackRateLimitError::new().with_retry_after(after))
        }
        other => SlackClientError::SystemError(SlackClientSystemError::new().with_cause(Box::new(other))),
    }
}

impl From<SlackClientError> for SlackError {
    fn from(error: SlackClientError) -> Self {
        match error {
            SlackClientError::RateLimitError(limit) => {
                Self::RateLimited { after: limit.retry_after.unwrap_or(LONGEST_WAIT) }
            }
            SlackClientError::SystemError(SlackClientSystemError { cause: Some(cause), .. }) => {
                cause.downcast::<Self>().map_or(Self::Unknown(Hitch::Unreadable), |inner| *inner)
            }
            _ => Self::Unknown(Hitch::Unreadable),
        }
    }
}

/// What slack-morphism can do and this program has no use for.
fn unsupported<'a, T: Send + 'a>() -> BoxFuture<'a, ClientResult<T>> {
    ready(Err(wrapped(rejected(SlackCode::ForbiddenAddress)))).boxed()
}

impl SlackClientHttpConnector for Connector {
    fn create_method_uri_path(&self, method: &str) -> ClientResult<Url> {
        self.method_url(method).map_err(wrapped)
    }

    fn http_get_uri<'a, RS>(
        &'a self,
        url: Url,
        context: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: DeserializeOwned + Send + 'a,
    {
        let request = self.http.get(url.clone());
        async move { self.call(&url, request, context.token).await.map_err(wrapped) }.boxed()
    }

    fn http_post_uri<'a, RQ, RS>(
        &'a self,
        url: Url,
        body: &'a RQ,
        context: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RQ: Serialize + Send + Sync,
        RS: DeserializeOwned + Send + 'a,
    {
        let request = self.http.post(url.clone()).json(body);
        async move { self.call(&url, request, context.token).await.map_err(wrapped) }.boxed()
    }

    fn http_get_with_client_secret<'a, RS>(
        &'a self,
        _: Url,
        _: &'a SlackClientId,
        _: &'a SlackClientSecret,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: DeserializeOwned + Send + 'a,
    {
        unsupported()
    }

    fn http_post_uri_multipart_form<'a, 'p, RS, PT, TS>(
        &'a self,
        _: Url,
        _: Option<FileMultipartData<'p>>,
        _: &'p PT,
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: DeserializeOwned + Send + 'a,
        PT: IntoIterator<Item = (&'p str, Option<TS>)> + Clone,
        TS: AsRef<str> + 'p + Send,
    {
        unsupported()
    }

    fn http_post_uri_binary<'a, 'p, RS>(
        &'a self,
        _: Url,
        _: String,
        _: &'a [u8],
        _: SlackClientApiCallContext<'a>,
    ) -> BoxFuture<'a, ClientResult<RS>>
    where
        RS: DeserializeOwned + Send + 'a,
    {
        unsupported()
    }
}

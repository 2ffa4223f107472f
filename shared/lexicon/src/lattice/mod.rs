//! A text as a row of words, with further readings of single places: what else may have been meant there.
//!
//! Nodes are the gaps between words, counted from 0; inside a word that is several run together there are inner nodes.
//! Every edge is a word. The plain reading is always there, whatever else a place may mean.

use std::ops::Range;

use zeroize::Zeroize as _;

mod edge;
mod gather;
mod memory;
mod pieces;
mod ranks;
mod row;

use super::known::KnownWords;
use super::tables::Tables;
use super::token;
use super::{disguise, fingerprint};

pub use edge::Disguise;
pub(super) use edge::Edge;
pub(super) use memory::Memories;
use memory::Memory;
use pieces::Pieces;
use ranks::Ranks;
use row::{BREAKS, CHANGED, MORE};
pub(super) use row::{FRAGMENT, Token};

/// Nodes from here on are inside of words.
const INNER: u32 = 1 << 31;
/// Texts are read up to here: 2 GiB.
const LONGEST_TEXT: usize = (1 << 31) - 1;

/// The row and its further readings.
pub(super) struct Lattice<'a> {
    pub(super) text: &'a str,
    pub(super) tables: &'a Tables,
    pub(super) known: KnownWords<'a>,
    pub(super) tokens: Vec<Token>,
    pub(super) edges: Vec<Edge>,
    /// Where those from words are among the further readings.
    from_words: Ranks,
    /// The same of those from inside of words.
    from_inner: Ranks,
    /// The word that each inner node is in.
    inner: Vec<u32>,
    /// Nodes at which a phrase may begin.
    pub(super) starts: Vec<u32>,
    /// Inner nodes that edges lead from, each behind the word that it is in; in order.
    inside: Vec<(u32, u32)>,
    /// Plain letters of short words that are not plain in the text, in eight bytes.
    shorts: Vec<(u32, [u8; 8])>,
    pub(super) pieces: Pieces,
    /// Those with a stroke in them that may be a letter; what stands on either side of it may be a piece too.
    pub(super) struck: Pieces,
    /// Where the words end that the word just being read is taken apart into.
    pub(super) cuts: Vec<usize>,
    /// Whether the word just being read has readings in another case of letters, which are none in this.
    pub(super) by_case: bool,
    /// Words that only go on with one which began before them, as readings of several have it; in order.
    folded: Vec<u32>,
    folded_ranks: Ranks,
    /// Short unknown words without a digit.
    pub(super) fragments: Vec<u32>,
    /// Three single letters or more in a row: first word and how many.
    pub(super) runs: Vec<(u32, u32)>,
    run: u32,
    /// How many words of the row are more than a place in the text; those behind them wait.
    taken_in: usize,
    memory: Memory,
    /// What has been done, in units that take about the same time each.
    pub(super) steps: u64,
}

impl<'a> Lattice<'a> {
    pub(super) fn new(text: &'a str, tables: &'a Tables, known: KnownWords<'a>) -> Self {
        let text = text.get(..text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default();
        let mut memory = tables.memories.take();
        memory.row.reserve(text.len() / 5 + 1);
        let mut lattice = Self {
            text,
            tables,
            known,
            tokens: std::mem::take(&mut memory.row),
            edges: Vec::new(),
            from_words: Ranks::default(),
            from_inner: Ranks::default(),
            inner: Vec::new(),
            starts: Vec::new(),
            inside: Vec::new(),
            shorts: Vec::new(),
            pieces: Pieces::default(),
            struck: Pieces::default(),
            cuts: Vec::new(),
            by_case: false,
            folded: Vec::new(),
            folded_ranks: Ranks::default(),
            fragments: Vec::new(),
            runs: Vec::new(),
            run: 0,
            taken_in: 0,
            memory,
            steps: 0,
        };
        token::words(text, &mut lattice);
        lattice.take_in();
        lattice.end_run(lattice.tokens.len());
        disguise::across_words(&mut lattice);
        lattice.settle();
        lattice
    }

    /// Puts the further readings in order, and marks where they begin.
    fn settle(&mut self) {
        let Self { tokens, edges, inner, starts, inside, tables, folded, .. } = self;
        edges.sort_unstable();
        edges.dedup();
        for edge in edges.iter() {
            match tokens.get_mut(edge.from as usize) {
                Some(token) => token.bits |= MORE,
                None => inside.push((place(inner, edge.from), edge.from)),
            }
            if tables.begins(edge.word) {
                starts.push(edge.from);
            }
            let is_whole = edge.disguise != Disguise::Joined || edge.word == 0;
            if is_whole && edge.from < INNER && edge.to < INNER {
                folded.extend(edge.from + 1..edge.to);
            }
        }
        inside.sort_unstable();
        inside.dedup();
        folded.sort_unstable();
        folded.dedup();
        self.folded_ranks = Ranks::new(folded.iter().copied());
        let (words, within) = edges.split_at(edges.partition_point(|edge| edge.from < INNER));
        self.from_words = Ranks::new(words.iter().map(|edge| edge.from));
        self.from_inner = Ranks::new(within.iter().map(|edge| edge.from - INNER));
        // In the order of the text. They are two rows in order, of the words and of readings, which a stable sort merges.
        starts.sort_by_key(|&node| (place(inner, node), node));
        starts.dedup();
    }

    /// Hands on the nodes that edges lead from, in the order of the text: each of these words, then those inside of it.
    #[inline]
    pub(super) fn each_node(&self, words: Range<u32>, mut each: impl FnMut(u32)) {
        let from = self.inside.partition_point(|&(word, _)| word < words.start);
        let mut inside = self.inside.iter().skip(from).peekable();
        for word in words {
            each(word);
            while let Some(&(_, node)) = inside.next_if(|&&(within, _)| within == word) {
                each(node);
            }
        }
    }

    /// The word at or in which a node stands.
    pub(super) fn token_at(&self, node: u32) -> u32 {
        place(&self.inner, node)
    }

    /// The last word before a node.
    pub(super) fn token_before(&self, node: u32) -> u32 {
        if node >= INNER { self.token_at(node) } else { node.saturating_sub(1) }
    }

    /// How many words stand before a word, where one in several pieces counts as one.
    pub(super) fn place(&self, token: u32) -> u32 {
        token - self.folded_upto(token)
    }

    /// How many words up to this one only go on with one before them.
    #[inline]
    fn folded_upto(&self, token: u32) -> u32 {
        let close = self.folded_ranks.close_before(token);
        let more = self.folded.iter().skip(close).take_while(|&&folded| folded <= token).count();
        (close + more) as u32
    }

    /// The word at a place, or the end of the row: what [`place`](Self::place) undoes.
    pub(super) fn at_place(&self, place: u32) -> u32 {
        let mut token = place;
        loop {
            let further = place + self.folded_upto(token);
            if further == token {
                return token.min(self.tokens.len() as u32);
            }
            token = further;
        }
    }

    /// Whether words were written as one.
    pub(super) fn is_one_word(&self, first: u32, last: u32) -> bool {
        let words = self.tokens.get(first as usize..=last as usize).unwrap_or_default();
        words.windows(2).all(|pair| matches!(pair, [one, next] if next.start <= one.end))
    }

    /// Whether a node stands inside a word.
    pub(super) fn is_inner(node: u32) -> bool {
        node >= INNER
    }

    /// A new node inside the word `token`.
    pub(super) fn inner_node(&mut self, token: u32) -> u32 {
        self.inner.push(token);
        INNER + (self.inner.len() - 1) as u32
    }

    /// Hands on the edges from a node: where to, which word, in which disguise.
    #[inline]
    pub(super) fn each_edge(&self, node: u32, mut each: impl FnMut(u32, u32, Option<Disguise>)) {
        let token = self.tokens.get(node as usize);
        if let Some(token) = token {
            each(node + 1, token.word(), None);
        }
        if token.is_none_or(|token| token.bits & MORE != 0) {
            let close = match node.checked_sub(INNER) {
                Some(inner) => self.from_words.length() + self.from_inner.close_before(inner),
                None => self.from_words.close_before(node),
            };
            let edges = self.edges.iter().skip(close).skip_while(|edge| edge.from < node);
            for edge in edges.take_while(|edge| edge.from == node) {
                each(edge.to, edge.word, Some(edge.disguise));
            }
        }
    }

    /// The word at a node from which one edge leads, as it is written; `None` where there are further readings, and at
    /// the end.
    #[inline]
    pub(super) fn plain_token(&self, node: u32) -> Option<Token> {
        self.tokens.get(node as usize).copied().filter(|token| token.bits & MORE == 0)
    }

    /// The plain letters of a word, if they are few and ASCII: the first lowest, and how many.
    #[inline]
    pub(super) fn letters(&self, token: u32) -> Option<(u64, usize)> {
        let place = self.tokens.get(token as usize)?;
        let (start, length) = (place.start as usize, (place.end - place.start) as usize);
        if place.bits & CHANGED != 0 {
            return self.changed(token);
        }
        (length <= FRAGMENT).then(|| (fingerprint::block(self.text.as_bytes(), start, length), length))
    }

    /// The same of a word whose plain letters are not those in the text.
    #[inline(never)]
    fn changed(&self, token: u32) -> Option<(u64, usize)> {
        let at = self.shorts.binary_search_by_key(&token, |(token, _)| *token).ok()?;
        let (_, letters) = self.shorts.get(at)?;
        let length = letters.iter().take_while(|&&letter| letter != 0).count();
        let plain = letters.iter().take(length).all(u8::is_ascii_alphanumeric);
        (length > 0 && plain).then_some((u64::from_le_bytes(*letters), length))
    }

    /// Takes it back that sentences end within a row of words.
    pub(super) fn join(&mut self, from: u32, to: u32) {
        for token in self.tokens.iter_mut().take(to as usize).skip(from as usize + 1) {
            token.bits &= !BREAKS;
        }
    }

    pub(super) fn is_unknown(&self, token: u32) -> bool {
        self.tokens.get(token as usize).is_some_and(|token| token.is_unknown())
    }
}

impl Drop for Lattice<'_> {
    fn drop(&mut self) {
        self.shorts.iter_mut().for_each(|(_, letters)| letters.zeroize());
        self.memory.row = std::mem::take(&mut self.tokens);
        self.tables.memories.keep(std::mem::take(&mut self.memory));
    }
}

fn place(inner: &[u32], node: u32) -> u32 {
    if node >= INNER { inner.get((node - INNER) as usize).copied().unwrap_or_default() } else { node }
}

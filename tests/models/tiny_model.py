"""A causal language model with random weights, saved to a folder: real, tiny, and of no use."""

from __future__ import annotations

from pathlib import Path


def tiny_model(folder: Path) -> Path:
    """Write a model of two layers that knows single characters; return its folder."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.decoders import Fuse
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = ["<unk>", "<s>", "</s>", *map(chr, range(32, 127)), "\n"]
    words = Tokenizer(WordLevel({letter: i for i, letter in enumerate(letters)}, "<unk>"))
    words.pre_tokenizer = Split("", "isolated")
    words.decoder = Fuse()
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(letters),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=4096,
        bos_token_id=1,
        eos_token_id=2,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    ).save_pretrained(folder)
    return folder
